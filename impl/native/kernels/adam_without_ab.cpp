// Adam w/o (ab), 000 §4.2: impl/optim/adam_without_ab.py has the equation.
#include "adam_transported.h"

template <class T> void adam_without_ab(const Call &call) { adam_transported<T, false>(call); }

KERNEL(adam_without_ab)
