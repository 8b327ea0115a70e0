// What the kernels share: the call, the rows shared out among threads, the scalars of `impl/optim/_sphere.py`.
//
// Every kernel is one C function of one signature, so that no header of torch is needed and Python calls it by ctypes.
// Sums over a row are kept in double, as the reference keeps its norms. A row belongs to one thread: the result does
// not depend on how many there are.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

struct Call {
    int64_t n;               // parameters
    const int64_t *rows, *d; // of each: how many slices, how long
    void *const *tensors;    // the first tensor of all parameters (the weights), then the second (the gradients), ...
    const double *options;   // in the order that impl/native/__init__.py lists
    int threads;

    // The tensor of place `which` of parameter i, from its row r on.
    template <class T> T *at(int which, int64_t i, int64_t r) const {
        return static_cast<T *>(tensors[which * n + i]) + r * d[i];
    }
    template <class T> T *per_row(int which, int64_t i) const { return static_cast<T *>(tensors[which * n + i]); }
};

// part(i, first, last) for all rows of every parameter i, from `first` to `last` - 1. They are handed out in blocks of
// about `block` numbers: few enough to share out evenly, many enough for a thread not to wait for its next. To wake a
// thread takes as long as some 10 000 numbers do.
template <class Part> void each_block(const Call &call, Part part) {
    struct Block {
        int64_t i, first, last;
    };
    const int64_t block = 16384, worthwhile = 65536;
    std::vector<Block> blocks;
    int64_t numbers = 0;
    for (int64_t i = 0; i < call.n; i++) {
        numbers += call.rows[i] * call.d[i];
        const int64_t height = std::max<int64_t>(1, block / std::max<int64_t>(1, call.d[i]));
        for (int64_t r = 0; r < call.rows[i]; r += height)
            blocks.push_back({i, r, std::min(r + height, call.rows[i])});
    }
    const int64_t count = blocks.size();
#pragma omp parallel for schedule(dynamic) num_threads(call.threads) if (numbers > worthwhile)
    for (int64_t b = 0; b < count; b++) part(blocks[b].i, blocks[b].first, blocks[b].last);
}

// row(i, r) for every row r of every parameter i.
template <class Row> void each_row(const Call &call, Row row) {
    each_block(call, [&](int64_t i, int64_t first, int64_t last) {
        for (int64_t r = first; r < last; r++) row(i, r);
    });
}

// Memory of a thread for one row, kept from call to call.
template <class T> T *scratch(int64_t d) {
    static thread_local std::vector<T> kept;
    if (static_cast<int64_t>(kept.size()) < d) kept.resize(d);
    return kept.data();
}

// NaN where the value is beyond the largest number of T: an infinite norm, divided by, would look like a slice at rest.
template <class T> inline double or_nan(double value) {
    return value > std::numeric_limits<T>::max() ? std::numeric_limits<double>::quiet_NaN() : value;
}

// No smaller than the least normal number of T, NaN beyond its largest; a NaN stays one.
template <class T> inline double normal(double value) {
    value = or_nan<T>(value);
    return value < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min() : value;
}

// `normal` of a number of T, for loops.
template <class T> inline T normal_entry(T value) {
    value = value > std::numeric_limits<T>::max() ? std::numeric_limits<T>::quiet_NaN() : value;
    return value < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min() : value;
}

template <class T> inline double dot(const T *x, const T *y, int64_t d) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < d; j++) sum += double(x[j]) * double(y[j]);
    return sum;
}

// x ↦ c x/size. By a division, and not by 1/size, which may be no normal number where x/size is.
template <class T> struct Over {
    T size, factor;
    explicit Over(double size, double factor = 1.0) : size(T(size)), factor(T(factor)) {}
    T operator()(T x) const { return x / size * factor; }
};

// x/‖x‖ in place, given ‖x‖², but for a norm that is 1 up to rounding already (`_sphere.projected`, `rounding`).
template <class T> inline void project(T *x, double square, int64_t d) {
    const double size = or_nan<T>(std::sqrt(square));
    const double eps = std::numeric_limits<T>::epsilon(), wide = std::numeric_limits<double>::epsilon();
    if (std::abs(size - 1) <= eps + (d / 2.0 + 2) * wide) return;
    const T divisor = T(size);
#pragma omp simd
    for (int64_t j = 0; j < d; j++) x[j] = x[j] / divisor;
}

struct Squares {
    double point, slope;
};

// x ↦ x - rate g in place; the squares of the new row and of the gradient's.
template <class T> inline Squares descend(T *__restrict x, const T *__restrict g, T rate, int64_t d) {
    double square = 0, slope = 0;
#pragma omp simd reduction(+ : square, slope)
    for (int64_t j = 0; j < d; j++) {
        const T point = x[j] - rate * g[j];
        x[j] = point;
        square += double(point) * point;
        slope += double(g[j]) * g[j];
    }
    return {square, slope};
}

// The kernel `rule<T>(call)` as C functions, of float and of double.
#define KERNEL(rule)                                                                                                   \
    extern "C" void run_float(int64_t n, const int64_t *rows, const int64_t *d, void *const *tensors,                  \
                              const double *options, int threads) {                                                    \
        rule<float>({n, rows, d, tensors, options, threads});                                                          \
    }                                                                                                                  \
    extern "C" void run_double(int64_t n, const int64_t *rows, const int64_t *d, void *const *tensors,                 \
                               const double *options, int threads) {                                                   \
        rule<double>({n, rows, d, tensors, options, threads});                                                         \
    }
