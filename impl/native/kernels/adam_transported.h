// Adam w/o (ab) and w/o (abc), 000 (18)-(20): impl/optim/adam_without_abc.py has the equation, _sphere.py the transport.
#pragma once
#include "adam_without.h"

// RESCALED: with the ratios of radii, which is (c).
template <class T, bool RESCALED> void adam_transported(const Call &call) {
    enum { X, G, M, V, PREVIOUS, STEP };
    const Moments o(call, STEP);
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict x = call.at<T>(X, i, r), *__restrict m = call.at<T>(M, i, r), *v = call.per_row<T>(V, i) + r;
        T *__restrict previous = call.at<T>(PREVIOUS, i, r);
        const T *__restrict g = call.at<T>(G, i, r);
        const T fresh1 = T(1 - o.beta1), rate = T(o.lr), decay = T(o.weight_decay);
        const double size = or_nan<double>(std::sqrt(dot(x, x, d)));
        const double before = or_nan<double>(std::sqrt(dot(previous, previous, d)));
        const Over<T> end(size), origin(before);
        double slope = 0, square = 0, along_middle = 0, along_start = 0;
#pragma omp simd reduction(+ : slope, square, along_middle, along_start)
        for (int64_t j = 0; j < d; j++) {
            const T h = g[j] + decay * x[j], middle = origin(previous[j]) + end(x[j]);
            slope += double(h) * h;
            square += double(middle) * middle;
            along_middle += double(m[j]) * middle;
            along_start += double(m[j]) * origin(previous[j]);
        }
        // Γ(m) = m - 2<m, s>s + 2<m, u>u', with s = 0 where u' is -u.
        const bool opposite = !(square > std::numeric_limits<T>::epsilon());
        const T out = opposite ? T(0) : T(2 * along_middle / square), in = T(2 * along_start);
        const double ratio = RESCALED ? before / size : 1.0;
        const double second = o.beta2 * ratio * ratio * double(*v) + (1 - o.beta2) * or_nan<double>(slope) / d;
        *v = T(second);
        const T beta1 = T(o.beta1), scale = T(ratio), unbias = T(1 / o.start1[i]), divisor = o.divisor<T>(i, second);
#pragma omp simd
        for (int64_t j = 0; j < d; j++) {
            const T h = g[j] + decay * x[j], u = end(x[j]), middle = origin(previous[j]) + u;
            const T moment = beta1 * (scale * (m[j] - out * middle + in * u)) + fresh1 * h, start = x[j];
            m[j] = moment;
            previous[j] = start;
            x[j] = start - rate * (moment * unbias) / divisor;
        }
    });
}
