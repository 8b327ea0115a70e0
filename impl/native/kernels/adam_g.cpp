// Adam-G (Cho & Lee 2017): impl/optim/adam_g.py has the equation. The term of ω is in the gradients already.
#include "neurons.h"

template <class T> void adam_g(const Call &call) {
    enum { Y, G, M, V, STEP };
    const double *o = call.options, beta1 = o[1], beta2 = o[2], eps = o[3];
    std::vector<double> rate(call.n);
    for (int64_t i = 0; i < call.n; i++) {
        const double k = ++*call.per_row<float>(STEP, i);
        rate[i] = -o[0] * std::sqrt(1 - std::pow(beta2, k)) / (1 - std::pow(beta1, k));
    }
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict y = call.at<T>(Y, i, r), *__restrict m = call.at<T>(M, i, r), *v = call.per_row<T>(V, i) + r;
        const T *__restrict g = call.at<T>(G, i, r);
        const Tangent<T> tangent(y, g, d, o[4]);
        const T old = T(beta1), fresh = T(1 - beta1);
        double square = 0;
#pragma omp simd reduction(+ : square)
        for (int64_t j = 0; j < d; j++) {
            const T h = tangent(y[j], g[j]);
            m[j] = old * m[j] + fresh * h;
            square += double(h) * h;
        }
        const double second = beta2 * double(*v) + (1 - beta2) * or_nan<double>(square);
        *v = T(second);
        const T step = T(rate[i]), divisor = T(normal<T>(std::sqrt(second + eps)));
        double along = 0;
        square = 0;
#pragma omp simd reduction(+ : square, along)
        for (int64_t j = 0; j < d; j++) {
            const T to = step * m[j] / divisor; // d of the equation
            square += double(to) * to;
            along += double(to) * m[j];
        }
        const double length = std::sqrt(square), least = std::max<double>(length, std::numeric_limits<T>::min());
        const Arc<T> arc(length);
        const Over<T> unit(std::isnan(length) ? length : least);
        const T inner = T(along / least), bent = 1 - arc.cosine;
        square = 0;
#pragma omp simd reduction(+ : square)
        for (int64_t j = 0; j < d; j++) {
            const T start = y[j], to = step * m[j] / divisor;
            const T point = start * arc.cosine + to * arc.along;
            m[j] = m[j] - inner * (start * arc.sine + unit(to) * bent);
            y[j] = point;
            square += double(point) * point;
        }
        project(y, square, d);
    });
}

KERNEL(adam_g)
