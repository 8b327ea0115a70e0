// AdamP, 003 Algorithm 2: impl/optim/adamp.py has the equation.
#include "projection.h"

template <class T> void adamp(const Call &call) {
    enum { X, G, M, V, STEP };
    const double *o = call.options, lr = o[0], weight_decay = o[4], delta = o[8], wd_ratio = o[9];
    const bool correction = o[6];
    const Rule rule = Rule(int(o[7]));
    std::vector<double> start1(call.n, 1.0), start2(call.n, 1.0);
    for (int64_t i = 0; i < call.n; i++) {
        const double k = ++*call.per_row<float>(STEP, i);
        if (correction) start1[i] = 1 - std::pow(o[1], k), start2[i] = 1 - std::pow(o[2], k);
    }
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict x = call.at<T>(X, i, r), *__restrict m = call.at<T>(M, i, r), *__restrict v = call.at<T>(V, i, r);
        const T *__restrict g = call.at<T>(G, i, r);
        T *__restrict p = scratch<T>(d);
        const T beta1 = T(o[1]), beta2 = T(o[2]), eps = T(o[3]), fresh1 = T(1 - o[1]), fresh2 = T(1 - o[2]);
        const T of_m = T(o[5] ? o[1] : 1.0), of_g = T(o[5] ? 1 - o[1] : 0.0); // with nesterov, n is not m alone
        const T unbias1 = T(1 / start1[i]), unbias2 = T(1 / start2[i]);
        double square = 0, inner = 0, slope = 0;
#pragma omp simd reduction(+ : square, inner, slope)
        for (int64_t j = 0; j < d; j++) {
            const T first = beta1 * m[j] + fresh1 * g[j], second = beta2 * v[j] + fresh2 * (g[j] * g[j]);
            const T size = normal_entry(std::sqrt(second * unbias2) + eps);
            const T step = (of_m * first + of_g * g[j]) * unbias1 / size;
            m[j] = first, v[j] = second, p[j] = step;
            square += double(x[j]) * x[j];
            inner += double(x[j]) * step;
            slope += double(x[j]) * g[j];
        }
        const Decision<T> here = decide<T>(rule, square, slope, delta);
        const Over<T> out = here.out(inner);
        const T kept = T(1 - lr * weight_decay * here.decay(wd_ratio)), rate = T(lr);
#pragma omp simd
        for (int64_t j = 0; j < d; j++) x[j] = kept * x[j] - rate * (p[j] - out(x[j]));
    });
}

KERNEL(adamp)
