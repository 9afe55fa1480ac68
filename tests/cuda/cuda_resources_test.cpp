// What the owners of device resources promise about memory of the host.
#include "rename.hpp"
// The names of cuda/ are changed above.
#include <gtest/gtest.h>

#include <vector>

#include "cuda_double.hpp"
#include "resources.hpp"

namespace burelu::test {
namespace {

using cuda_double::counters;

// Device memory of the double is the host's: it can be looked at after a wait.
double sent_and_changed(bool in_place) {
  const cuda::Stream stream;
  const cuda::DeviceBuffer<double> buffer(3, stream);
  std::vector<double> from = {1.0, 2.0, 3.0};
  if (in_place) {
    buffer.write_in_place(from.data(), 3);
  } else {
    buffer.write(stream, from.data(), 3);
  }
  from[1] = 20.0;
  stream.wait();
  return buffer.data()[1];
}

// The runtime may read ordinary memory of the host later than the call: what is written without a wait must not lie
// there.
TEST(DeviceBuffer, WhatIsWrittenMayChangeAtOnce) { EXPECT_EQ(sent_and_changed(false), 2.0); }

TEST(DeviceBuffer, WhatIsWrittenInPlaceMayNot) { EXPECT_EQ(sent_and_changed(true), 20.0); }

TEST(Stream, UploadsDoNotWait) {
  const cuda::Stream stream;
  const cuda::DeviceBuffer<double> buffer(2, stream);
  const auto before = counters().waits;
  for (int k = 0; k < 5; ++k) {
    const double values[] = {1.0 * k, 2.0 * k};
    buffer.write(stream, values, 2);
  }
  EXPECT_EQ(counters().waits, before);
  stream.wait();
  EXPECT_EQ(buffer.data()[1], 8.0);
}

}  // namespace
}  // namespace burelu::test
