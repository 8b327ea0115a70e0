// AdaGradG, 001 §3.2: impl/optim/adagrad_g.py has the equation.
#include "rows.h"

template <class T> void adagrad_g(const Call &call) {
    enum { X, G, V };
    const double lr = call.options[0], beta = call.options[1];
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict x = call.at<T>(X, i, r), *v = call.per_row<T>(V, i) + r;
        const T *__restrict g = call.at<T>(G, i, r);
        const T rate = T(lr / std::sqrt(double(*v)));
        const Squares of = descend(x, g, rate, d);
        project(x, of.point, d);
        *v = T(normal<T>(beta * double(*v) + of.slope));
    });
}

KERNEL(adagrad_g)
