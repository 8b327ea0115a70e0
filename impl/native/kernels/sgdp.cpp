// SGDP, 003 Algorithm 1: impl/optim/sgdp.py has the equation.
#include "projection.h"

template <class T> void sgdp(const Call &call) {
    enum { X, G, P };
    const double *o = call.options, lr = o[0], weight_decay = o[2], wd_ratio = o[7];
    const bool project_buffer = o[4];
    const double of_p = o[3] ? o[1] : 1.0, of_g = o[3] ? 1.0 : 0.0; // with nesterov, q is not p alone
    Projection<T> projection(call, Rule(int(o[5])), o[6], X, G), buffers(projection);

    // x_{k+1}, once p_k is there.
    const auto move = [&](int64_t i, int64_t r, const Decision<T> &here, double along_q, double along_p) {
        T *__restrict x = call.at<T>(X, i, r), *__restrict p = call.at<T>(P, i, r);
        const T *__restrict g = call.at<T>(G, i, r);
        const int64_t d = call.d[i];
        const Over<T> out = here.out(along_q), out_of_buffer = project_buffer ? here.out(along_p) : Over<T>(1.0, 0.0);
        const T kept = T(1 - lr * weight_decay / (1 - o[1]) * here.decay(wd_ratio)), rate = T(lr);
        const T of_buffer = T(of_p), of_gradient = T(of_g);
#pragma omp simd
        for (int64_t j = 0; j < d; j++) {
            const T q = of_buffer * p[j] + of_gradient * g[j], start = x[j];
            p[j] = p[j] - out_of_buffer(start);
            x[j] = kept * start - rate * (q - out(start));
        }
    };
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        const T *__restrict x = call.at<T>(X, i, r), *__restrict g = call.at<T>(G, i, r);
        T *__restrict p = call.at<T>(P, i, r);
        const T momentum = T(o[1]);
        double square = 0, along_p = 0, along_g = 0;
#pragma omp simd reduction(+ : square, along_p, along_g)
        for (int64_t j = 0; j < d; j++) {
            const T buffer = momentum * p[j] + g[j];
            p[j] = buffer;
            square += double(x[j]) * x[j];
            along_p += double(x[j]) * buffer;
            along_g += double(x[j]) * g[j];
        }
        const double along_q = of_p * along_p + of_g * along_g;
        if (projection.together(i)) {
            projection.keep(i, r, along_q), buffers.keep(i, r, along_p);
            return;
        }
        move(i, r, projection.of_row(i, square, along_g), along_q, along_p);
    });
    if (!projection.any_together()) return;
    projection.add_up(), buffers.add_up();
    each_row(call, [&](int64_t i, int64_t r) {
        if (projection.together(i)) move(i, r, projection.of_row(i, 0, 0), projection.total(i), buffers.total(i));
    });
}

KERNEL(sgdp)
