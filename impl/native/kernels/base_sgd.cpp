// SGD as torch.optim has it, for parameters that are not invariant: impl/optim/_base_method.py has the equation.
#include "rows.h"

template <class T> void base_sgd(const Call &call) {
    enum { X, G, B }; // no B where the momentum is 0; every number is a row
    const double *o = call.options;
    each_block(call, [&](int64_t i, int64_t first, int64_t last) {
        T *__restrict x = call.at<T>(X, i, first), *__restrict b = o[1] != 0 ? call.at<T>(B, i, first) : nullptr;
        const T *__restrict g = call.at<T>(G, i, first);
        const T rate = T(o[0]), momentum = T(o[1]), decay = T(o[2]);
        const int64_t n = last - first;
        if (!b) {
#pragma omp simd
            for (int64_t j = 0; j < n; j++) x[j] = x[j] - rate * (g[j] + decay * x[j]);
        } else if (o[3]) {
#pragma omp simd
            for (int64_t j = 0; j < n; j++) {
                const T h = g[j] + decay * x[j], buffer = momentum * b[j] + h;
                b[j] = buffer;
                x[j] = x[j] - rate * (h + momentum * buffer);
            }
        } else {
#pragma omp simd
            for (int64_t j = 0; j < n; j++) {
                const T buffer = momentum * b[j] + (g[j] + decay * x[j]);
                b[j] = buffer;
                x[j] = x[j] - rate * buffer;
            }
        }
    });
}

KERNEL(base_sgd)
