// The theorem in floating point: which certificates prove their bound (docs/method.md, "The bound").
#pragma once

#include <optional>

#include "burelu/certificate.hpp"
#include "certificate/proof_rows.hpp"
#include "certificate/scaled.hpp"

namespace burelu {

/// The bound that W and the multipliers of the certificate prove for the problem as given, every rounding error
/// included, or nothing. `certificate.lower_bound` and `data_hash` are ignored. Sums over the multipliers, and one
/// decomposition of order d + c, or m + c where there are many features. `rows`: the proof_rows() of its
/// representatives, where they are at hand.
std::optional<double> proven_bound(const Problem& problem, const Certificate& certificate);
std::optional<double> proven_bound(const Problem& problem, const Certificate& certificate, const ProofRows& rows);

/// The same with [Z v] given (sparse_proof.hpp), whoever found it: without a decomposition of that order.
std::optional<double> proven_bound(const Problem& problem, const Certificate& certificate, const ProofRows& rows,
                                   const Matrix& solution);

/// scaled(), where its numbers can be proven with; else not usable.
ScaledCertificate provable(const Problem& problem, const Certificate& certificate, const ProofRows& rows);

/// D(W) = -<W, Y> - 1/2 ||W||^2, rounded down.
double dual_value_below(const MatrixView& Y, const Matrix& W);

/// Largest s such that these multipliers should prove s W, to working precision; 0 where they prove nothing. A guide
/// for choosing W, not a proof.
double supported_scale(const Problem& problem, const Certificate& certificate);
double supported_scale(const Problem& problem, const Certificate& certificate, const ProofRows& rows);

}  // namespace burelu
