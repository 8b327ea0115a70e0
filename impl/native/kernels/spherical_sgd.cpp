// SphericalSGD, OD-EXACT: impl/optim/spherical_sgd.py has the equation.
#include "rows.h"

template <class T> void spherical_sgd(const Call &call) {
    enum { X, G, W };
    const double lr = call.options[0], q = 1 - lr * call.options[1];
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict x = call.at<T>(X, i, r), *w = call.per_row<T>(W, i) + r;
        const T *__restrict g = call.at<T>(G, i, r);
        const double effective = lr / (q * std::sqrt(double(*w)));
        const T rate = T(effective);
        const Squares of = descend(x, g, rate, d);
        project(x, of.point, d);
        const double turn = 1 + effective * effective * of.slope;
        *w = T(normal<T>(q * q * q * q * double(*w) * (turn * turn)));
    });
}

KERNEL(spherical_sgd)
