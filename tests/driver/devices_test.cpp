// Devices by name, and what the processor says of itself.
#include "driver/devices.hpp"

#include <gtest/gtest.h>

#include "burelu/errors.hpp"

namespace burelu::test {
namespace {

TEST(Devices, TheProcessorIsItsOwnHost) {
  const std::shared_ptr<const Device> cpu = find_device("cpu");
  EXPECT_EQ(cpu->name(), "cpu");
  EXPECT_TRUE(cpu->is_host());
  EXPECT_GT(cpu->free_bytes(), 0);
}

TEST(Devices, WhatIsThereIsFoundAndHasAHost) {
  const std::shared_ptr<const Device> any = find_device("auto");
  EXPECT_EQ(any->host().name(), "cpu");
  EXPECT_EQ(any->is_host(), any->name() == "cpu");
}

TEST(Devices, OtherNamesAreRefused) {
  for (const char* name : {"", "gpu", "CPU", "cuda0", "cuda:", "cuda:x", "cuda:-1", "cuda:1234", "cuda:1 "})
    EXPECT_THROW(find_device(name), DataError) << name;
  EXPECT_THROW(find_device("cuda:999"), DeviceError);
}

}  // namespace
}  // namespace burelu::test
