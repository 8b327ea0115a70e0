// PSI-SGD and PSI-SGDM, 004 (10) and (11): impl/optim/psi_sgd.py has the equation.
#include "rows.h"

template <class T> void psi_sgd(const Call &call) {
    enum { X, G, U }; // no U where the momentum is 0
    const double *o = call.options, lr = o[0], max_norm = o[4]; // infinite for none
    const bool buffered = o[1] != 0;
    each_row(call, [&](int64_t i, int64_t r) {
        const int64_t d = call.d[i];
        T *__restrict x = call.at<T>(X, i, r), *__restrict u = buffered ? call.at<T>(U, i, r) : nullptr;
        const T *__restrict g = call.at<T>(G, i, r);
        const T momentum = T(o[1]), kept = T(1 - lr * o[2]);
        const T of_u = T(o[3] ? o[1] : 1.0), again = T(o[3] ? 1.0 : 0.0); // with nesterov, the step is not u alone
        const double size = or_nan<double>(std::sqrt(dot(x, x, d)));
        // Twice, around the gradient: ‖x‖² may be no number of T where ‖x‖ and ‖x‖∇L(x) are.
        const T outer = T(lr * size), inner = T(size);
        double square = 0;
        if (buffered) {
#pragma omp simd reduction(+ : square)
            for (int64_t j = 0; j < d; j++) {
                const T taken = outer * (inner * g[j]), step = momentum * u[j] - taken;
                const T point = kept * x[j] + (of_u * step - again * taken);
                u[j] = step, x[j] = point;
                square += double(point) * point;
            }
        } else {
#pragma omp simd reduction(+ : square)
            for (int64_t j = 0; j < d; j++) {
                const T point = kept * x[j] - outer * (inner * g[j]);
                x[j] = point;
                square += double(point) * point;
            }
        }
        const double after = std::sqrt(square);
        if (std::isinf(max_norm) || after <= max_norm) return;
        const T divisor = T(or_nan<T>(after));
        for (int64_t j = 0; j < d; j++) x[j] = x[j] / divisor;
        for (int64_t j = 0; buffered && j < d; j++) u[j] = u[j] / divisor;
    });
}

KERNEL(psi_sgd)
