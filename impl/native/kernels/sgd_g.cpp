// SGD-G (Cho & Lee 2017): impl/optim/sgd_g.py has the equation. The term of ω is in the gradients already.
#include "neurons.h"

template <class T> void sgd_g(const Call &call) {
    enum { Y, G, M };
    const double *o = call.options;
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict y = call.at<T>(Y, i, r), *__restrict m = call.at<T>(M, i, r);
        const T *__restrict g = call.at<T>(G, i, r);
        const T rate = T(o[0]), momentum = T(o[1]);
        const Tangent<T> tangent(y, g, d, o[2]);
        double square = 0;
#pragma omp simd reduction(+ : square)
        for (int64_t j = 0; j < d; j++) {
            const T to = momentum * m[j] - rate * tangent(y[j], g[j]); // d of the equation
            m[j] = to;
            square += double(to) * to;
        }
        const double length = std::sqrt(square);
        const Arc<T> arc(length);
        const T bent = T(length * arc.sine);
        square = 0;
#pragma omp simd reduction(+ : square)
        for (int64_t j = 0; j < d; j++) {
            const T start = y[j], to = m[j], point = start * arc.cosine + to * arc.along;
            y[j] = point;
            m[j] = to * arc.cosine - start * bent;
            square += double(point) * point;
        }
        project(y, square, d);
    });
}

KERNEL(sgd_g)
