// Adam w/o (abc), 000 §4.2: impl/optim/adam_without_abc.py has the equation.
#include "adam_transported.h"

template <class T> void adam_without_abc(const Call &call) { adam_transported<T, true>(call); }

KERNEL(adam_without_abc)
