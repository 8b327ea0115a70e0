// What the Adam variants of 000 §4.2 share: their options, and the step that follows the moments.
#pragma once
#include "rows.h"

struct Moments {
    double lr, beta1, beta2, eps, weight_decay;
    std::vector<double> start1, start2; // 1-β₁^{k+1} and 1-β₂^{k+1}, of each parameter

    // Reads the options, and counts the step.
    Moments(const Call &call, int step)
        : lr(call.options[0]), beta1(call.options[1]), beta2(call.options[2]), eps(call.options[3]),
          weight_decay(call.options[4]), start1(call.n), start2(call.n) {
        for (int64_t i = 0; i < call.n; i++) {
            const double k = ++*call.per_row<float>(step, i);
            start1[i] = 1 - std::pow(beta1, k), start2[i] = 1 - std::pow(beta2, k);
        }
    }
    // √(v̂ + ε), by which the first moment is divided.
    template <class T> T divisor(int64_t i, double v) const { return T(normal<T>(std::sqrt(v / start2[i] + eps))); }
};
