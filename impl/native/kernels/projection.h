// 003's projection, as impl/optim/_projection.py decides it.
#pragma once
#include "rows.h"

enum Rule { ALWAYS, INNER_PRODUCT, COSINE };

// Where a row x of gradient g is projected, and by what.
template <class T> struct Decision {
    double size;  // ‖x‖, or ‖·‖ of the whole parameter; NaN where nothing can be decided
    bool applied; // whether something is taken out

    // q - out(x) has no part along x; inner = <x, q>.
    Over<T> out(double inner) const {
        if (!applied && !std::isnan(size)) return Over<T>(1.0, 0.0);
        return Over<T>(size, inner / size);
    }
    double decay(double wd_ratio) const { return applied ? wd_ratio : 1.0; }
};

// "always" and "inner_product", from ‖x‖² and <x, g>.
template <class T> inline Decision<T> decide(Rule rule, double square, double slope, double delta) {
    const double size = normal<T>(std::sqrt(square));
    if (rule == ALWAYS) return {size, true};
    return {std::isnan(slope) ? slope : size, slope < delta};
}
