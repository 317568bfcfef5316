/* The directory that --out names. */
#ifndef SIFT_FLEETGEN_DIRECTORY_H
#define SIFT_FLEETGEN_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_PATH_MAX = 4096 };

/* Fine where it is there already. SIFT_EIO with errno. */
enum sift_status sift_gen_directory_make(const char *path);

/* Makes `path`, which must be empty if it is there, unless `force`. SIFT_EINVAL, SIFT_EIO with a message in `error` (at least
 * 512 bytes). */
enum sift_status sift_gen_directory_prepare(const char *path, bool force, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
