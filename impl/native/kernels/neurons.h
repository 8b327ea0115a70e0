// What SGD-G and Adam-G share (Cho & Lee 2017): impl/optim/_neurons.py has the equations.
#pragma once
#include "rows.h"

// h = g - <y, g> y, times min(1, ν/‖h‖): two numbers a row, so that h need not be stored. ν is infinite for none.
template <class T> struct Tangent {
    T along, shorter = 1;

    Tangent(const T *y, const T *g, int64_t d, double clip) : along(T(dot(y, g, d))) {
        if (std::isinf(clip)) return;
        double square = 0;
#pragma omp simd reduction(+ : square)
        for (int64_t j = 0; j < d; j++) {
            const T h = g[j] - along * y[j];
            square += double(h) * h;
        }
        const double factor = clip / or_nan<double>(std::sqrt(square));
        shorter = T(factor > 1 ? 1.0 : factor);
    }
    T operator()(T y, T g) const { return (g - along * y) * shorter; }
};

// An arc of length ‖d‖ from y: cos‖d‖, sin‖d‖ and sin‖d‖/‖d‖, which is 1 at d = 0.
template <class T> struct Arc {
    T cosine, sine, along; // the new point is y cosine + d along; NaN where rounding alone turns by a radian

    explicit Arc(double length) {
        const bool known = length * std::numeric_limits<T>::epsilon() < 1;
        const double turn = known ? length : std::numeric_limits<double>::quiet_NaN();
        cosine = T(std::cos(turn)), sine = T(std::sin(turn));
        along = T(turn == 0 ? 1.0 : std::sin(turn) / turn);
    }
};
