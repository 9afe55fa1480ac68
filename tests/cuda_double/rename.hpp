// Included before every source of cuda/ that is compiled for the host: a build with a real CUDA backend has both, and
// their symbols must differ.
#pragma once

#define cuda cuda_on_host
#define cuda_devices cuda_on_host_devices
#define cuda_memory cuda_on_host_memory
#define cuda_shape cuda_on_host_shape
#define cuda_training_memory cuda_on_host_training_memory
#define cuda_ceilings cuda_on_host_ceilings
#define cuda_free_memory cuda_on_host_free_memory
#define cuda_properties cuda_on_host_properties
#define make_cuda_device make_cuda_on_host_device
#define make_cuda_backend make_cuda_on_host_backend
#define make_cuda_cells make_cuda_on_host_cells
#define make_cuda_training make_cuda_on_host_training
