// Starting points of the factor and the starting penalty.
#pragma once

#include <cstdint>

#include "burelu/certificate.hpp"
#include "seam/relaxation_data.hpp"

namespace burelu {

/// Unknowns of the relaxation: Shat (m x r) and Ut (d x r), see backend.hpp.
struct Point {
  Matrix Shat;
  Matrix Ut;
};

/// Gaussian Ut of standard deviation 0.3 / sqrt(r), Shat = |XK Ut| entrywise.
Point random_point(const RelaxationData& data, int rank, std::uint64_t seed);

/// The same direction with decay gamma/2 ||U||^2 of this size.
Point sized(const RelaxationData& data, Point point, double decay);

/// Columns of the factor to begin with. Solutions have rank d + c + k at most, where k counts the independent sets of
/// rows that the multipliers leave (docs/method.md); m + d is the order of the lifted matrix without outputs.
int starting_rank(index_t rows, index_t features, index_t outputs);

/// The same point with more columns (small random ones) or fewer (the weakest directions of [A; B] dropped).
Point with_rank(const RelaxationData& data, const Point& point, int rank, std::uint64_t seed);

/// The same point with relative Gaussian noise in every entry: a way off a saddle.
Point shaken(const Point& point, double noise, std::uint64_t seed);

/// The same point with random neurons for its columns from `first` on, their entries of Ut of this size beside the root
/// mean square of all: products of rows stay nonnegative where they are.
Point with_neurons(const RelaxationData& data, Point point, index_t first, double size, std::uint64_t seed);

/// Columns that carry more than `threshold` of the largest singular value of the rows c_k and p_k.
int numerical_rank(const RelaxationData& data, const Point& point, double threshold);

/// Sets of lines that positive multipliers join, pairs over rows of F.
std::int64_t components(const std::vector<Multiplier>& pairs, index_t lines);

}  // namespace burelu
