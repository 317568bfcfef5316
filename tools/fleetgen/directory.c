#include "tools/fleetgen/directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/fleetgen/fleet.h"

enum sift_status sift_gen_directory_make(const char *path) {
  return mkdir(path, 0777) == 0 || errno == EEXIST ? SIFT_OK : SIFT_EIO;
}

static bool is_empty(const char *path) {
  DIR *directory = opendir(path);
  if (directory == NULL) {
    return true; /* not there yet; what else is wrong shows when it is made */
  }
  size_t entries = 0;
  while (readdir(directory) != NULL) {
    entries++;
  }
  closedir(directory);
  return entries <= 2;
}

enum sift_status sift_gen_directory_prepare(const char *path, bool force, char *error, size_t error_size) {
  if (strlen(path) > SIFT_GEN_PATH_MAX - 2 * SIFT_GEN_NAME_MAX - 64) {
    snprintf(error, error_size, "the directory's name is too long; go nearer with cd and give a short one");
    return SIFT_EINVAL;
  }
  if (!force && !is_empty(path)) {
    snprintf(error, error_size, "%.300s is not empty; name another directory, or type --force", path);
    return SIFT_EINVAL;
  }
  enum sift_status status = sift_gen_directory_make(path);
  if (status != SIFT_OK) {
    snprintf(error, error_size, "%.300s: %s", path, strerror(errno));
  }
  return status;
}
