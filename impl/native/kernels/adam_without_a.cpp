// Adam w/o (a), 000 §4.2: impl/optim/adam_without_a.py has the equation.
#include "adam_without.h"

template <class T> void adam_without_a(const Call &call) {
    enum { X, G, M, V, STEP };
    const Moments o(call, STEP);
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict x = call.at<T>(X, i, r), *__restrict m = call.at<T>(M, i, r), *v = call.per_row<T>(V, i) + r;
        const T *__restrict g = call.at<T>(G, i, r);
        const T beta1 = T(o.beta1), fresh1 = T(1 - o.beta1), rate = T(o.lr), decay = T(o.weight_decay);
        double slope = 0;
#pragma omp simd reduction(+ : slope)
        for (int64_t j = 0; j < d; j++) {
            const T h = g[j] + decay * x[j];
            m[j] = beta1 * m[j] + fresh1 * h;
            slope += double(h) * h;
        }
        const double second = o.beta2 * double(*v) + (1 - o.beta2) * or_nan<double>(slope) / d;
        *v = T(second);
        const T unbias = T(1 / o.start1[i]), divisor = o.divisor<T>(i, second);
#pragma omp simd
        for (int64_t j = 0; j < d; j++) x[j] = x[j] - rate * (m[j] * unbias) / divisor;
    });
}

KERNEL(adam_without_a)
