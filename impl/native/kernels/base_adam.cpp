// Adam and AdamW as torch.optim has them, for parameters that are not invariant: impl/optim/_base_method.py calls them.
#include "rows.h"

template <class T> void base_adam(const Call &call) {
    enum { X, G, M, V, STEP }; // every number is a row
    const double *o = call.options, lr = o[0], weight_decay = o[4];
    const bool decoupled = o[5] != 0;
    std::vector<double> rate(call.n), unbias(call.n);
    for (int64_t i = 0; i < call.n; i++) {
        const double k = ++*call.per_row<float>(STEP, i);
        rate[i] = lr / (1 - std::pow(o[1], k)), unbias[i] = std::sqrt(1 - std::pow(o[2], k));
    }
    each_block(call, [&](int64_t i, int64_t first, int64_t last) {
        T *__restrict x = call.at<T>(X, i, first), *__restrict m = call.at<T>(M, i, first);
        T *__restrict v = call.at<T>(V, i, first);
        const T *__restrict g = call.at<T>(G, i, first);
        const T fresh1 = T(1 - o[1]), beta1 = T(o[1]), beta2 = T(o[2]), fresh2 = T(1 - o[2]), eps = T(o[3]);
        const T kept = T(decoupled ? 1 - lr * weight_decay : 1.0), decay = T(decoupled ? 0.0 : weight_decay);
        const T step = T(rate[i]), root = T(unbias[i]);
#pragma omp simd
        for (int64_t j = 0; j < last - first; j++) {
            const T start = kept * x[j], h = g[j] + decay * x[j];
            const T first_moment = beta1 * m[j] + fresh1 * h, second = beta2 * v[j] + fresh2 * h * h;
            m[j] = first_moment, v[j] = second;
            x[j] = start - step * first_moment / (std::sqrt(second) / root + eps);
        }
    });
}

KERNEL(base_adam)
