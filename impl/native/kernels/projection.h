// 003's projection, as impl/optim/_projection.py decides it.
#pragma once
#include "rows.h"

enum Rule { ALWAYS, INNER_PRODUCT, COSINE };

// What is to be projected out of the vectors that go with a row.
template <class T> struct Decision {
    double size;  // ‖x‖, of the row or of its whole parameter; NaN where nothing can be decided
    bool applied; // whether something is taken out

    // x ↦ what is taken out of q, whose inner product with the row, or with the whole parameter, is `inner`.
    Over<T> out(double inner) const {
        if (!applied && !std::isnan(size)) return Over<T>(1.0, 0.0);
        return Over<T>(size, inner / size);
    }
    double decay(double wd_ratio) const { return applied ? wd_ratio : 1.0; }
};

template <class T> class Projection {
    const Call &call;
    const Rule rule;
    const double delta;
    std::vector<int64_t> start; // of each parameter, its first row among all
    std::vector<double> inner;  // of each row, of the parameters that are projected as one vector
    std::vector<double> totals; // of those parameters
    std::vector<Decision<T>> whole;
    std::vector<char> apart;

  public:
    // For "cosine" it reads the weights and the gradients, the tensors at the places x and g, beforehand.
    Projection(const Call &call, Rule rule, double delta, int x, int g)
        : call(call), rule(rule), delta(delta), start(call.n + 1, 0), whole(call.n), apart(call.n, 1) {
        if (rule != COSINE) return;
        for (int64_t i = 0; i < call.n; i++) start[i + 1] = start[i] + call.rows[i];
        inner.resize(start[call.n]);
        std::vector<double> size(inner), slope(inner), cosine(inner);
        each_row(call, [&](int64_t i, int64_t r) {
            const T *p = call.at<T>(x, i, r), *q = call.at<T>(g, i, r);
            const int64_t d = call.d[i], row = start[i] + r;
            size[row] = normal<T>(std::sqrt(dot(p, p, d))), slope[row] = normal<T>(std::sqrt(dot(q, q, d)));
            const double area = size[row] * slope[row];
            cosine[row] = area > 0 ? dot(p, q, d) / area : 0.0 * area; // 0, or NaN where the area is
        });
        for (int64_t i = 0; i < call.n; i++) {
            double square = 0, hill = 0, cosines = 0, along = 0;
            for (int64_t row = start[i]; row < start[i + 1]; row++) {
                square += size[row] * size[row], hill += slope[row] * slope[row], cosines += cosine[row];
                if (!(std::abs(cosine[row]) < delta / std::sqrt(double(call.d[i])))) apart[i] = 0;
            }
            const double layer = std::sqrt(square), steep = std::sqrt(hill);
            for (int64_t row = start[i]; row < start[i + 1]; row++)
                along += cosine[row] * size[row] / layer * (slope[row] / steep);
            const double least = delta / std::sqrt(double(call.d[i]) * double(call.rows[i]));
            whole[i] = {std::isnan(cosines) ? cosines : layer, std::abs(along) < least};
            if (std::isnan(cosines)) apart[i] = 0;
        }
    }

    // Whether parameter i is projected as one vector: not before <x, q> of all its rows are known.
    bool together(int64_t i) const { return rule == COSINE && !apart[i] && whole[i].applied; }

    // For a row, from ‖x‖² and <x, g>.
    Decision<T> of_row(int64_t i, double square, double slope) const {
        if (rule == COSINE && !apart[i]) return whole[i];
        const double size = normal<T>(std::sqrt(square));
        if (rule == INNER_PRODUCT) return {std::isnan(slope) ? slope : size, slope < delta};
        return {size, true};
    }

    bool any_together() const {
        for (int64_t i = 0; i < call.n; i++)
            if (together(i)) return true;
        return false;
    }
    void keep(int64_t i, int64_t r, double value) { inner[start[i] + r] = value; }
    void add_up() {
        totals.assign(call.n, 0.0);
        for (int64_t i = 0; i < call.n && rule == COSINE; i++)
            for (int64_t row = start[i]; row < start[i + 1]; row++) totals[i] += inner[row];
    }
    double total(int64_t i) const { return totals[i]; }
};
