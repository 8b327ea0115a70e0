// AdamP, 003 Algorithm 2: impl/optim/adamp.py has the equation.
#include "projection.h"

template <class T> void adamp(const Call &call) {
    enum { X, G, M, V, STEP };
    const double *o = call.options, lr = o[0], weight_decay = o[4], wd_ratio = o[9];
    Projection<T> projection(call, Rule(int(o[7])), o[8], X, G);
    std::vector<double> start1(call.n, 1.0), start2(call.n, 1.0);
    for (int64_t i = 0; i < call.n; i++) {
        const double k = ++*call.per_row<float>(STEP, i);
        if (o[6]) start1[i] = 1 - std::pow(o[1], k), start2[i] = 1 - std::pow(o[2], k);
    }

    // m_k, v_k, and p_k in the scratch; `again`: p_k alone, from the moments that are there.
    const auto advance = [&](int64_t i, int64_t r, bool again, double &square, double &inner, double &slope) {
        const int64_t d = call.d[i];
        T *__restrict m = call.at<T>(M, i, r), *__restrict v = call.at<T>(V, i, r), *__restrict p = scratch<T>(d);
        const T *__restrict x = call.at<T>(X, i, r), *__restrict g = call.at<T>(G, i, r);
        const T beta1 = T(again ? 1 : o[1]), beta2 = T(again ? 1 : o[2]), eps = T(o[3]);
        const T fresh1 = T(again ? 0 : 1 - o[1]), fresh2 = T(again ? 0 : 1 - o[2]);
        const T of_m = T(o[5] ? o[1] : 1.0), of_g = T(o[5] ? 1 - o[1] : 0.0); // with nesterov, n is not m alone
        const T unbias1 = T(1 / start1[i]), unbias2 = T(1 / start2[i]);
        double along_x = 0, along_p = 0, along_g = 0;
#pragma omp simd reduction(+ : along_x, along_p, along_g)
        for (int64_t j = 0; j < d; j++) {
            const T first = beta1 * m[j] + fresh1 * g[j], second = beta2 * v[j] + fresh2 * (g[j] * g[j]);
            const T size = normal_entry(std::sqrt(second * unbias2) + eps);
            const T step = (of_m * first + of_g * g[j]) * unbias1 / size;
            m[j] = first, v[j] = second, p[j] = step;
            along_x += double(x[j]) * x[j];
            along_p += double(x[j]) * step;
            along_g += double(x[j]) * g[j];
        }
        square = along_x, inner = along_p, slope = along_g;
    };
    // x_{k+1}, from p_k in the scratch.
    const auto move = [&](int64_t i, int64_t r, const Decision<T> &here, double inner) {
        const int64_t d = call.d[i];
        T *__restrict x = call.at<T>(X, i, r);
        const T *__restrict p = scratch<T>(d);
        const Over<T> out = here.out(inner);
        const T kept = T(1 - lr * weight_decay * here.decay(wd_ratio)), rate = T(lr);
#pragma omp simd
        for (int64_t j = 0; j < d; j++) x[j] = kept * x[j] - rate * (p[j] - out(x[j]));
    };
    each_row(call, [&](int64_t i, int64_t r) {
        double square, inner, slope;
        advance(i, r, false, square, inner, slope);
        if (projection.together(i))
            projection.keep(i, r, inner);
        else
            move(i, r, projection.of_row(i, square, slope), inner);
    });
    if (!projection.any_together()) return;
    projection.add_up();
    each_row(call, [&](int64_t i, int64_t r) {
        if (!projection.together(i)) return;
        double square, inner, slope;
        advance(i, r, true, square, inner, slope);
        move(i, r, projection.of_row(i, 0, 0), projection.total(i));
    });
}

KERNEL(adamp)
