#include "ingest/cores.h"

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/scan.h"

enum { PATH_BYTES = 4096, CPUS_MAX = 1 << 16 };

static bool read_line(const char *path, char *line, size_t size) {
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    return false;
  }
  bool got = fgets(line, (int)size, file) != NULL;
  fclose(file);
  return got;
}

/* Cores that `quota` of every `period` microseconds makes, rounded up; 0 for no limit. */
static unsigned cores_of(long long quota, long long period) {
  if (quota <= 0 || period <= 0) {
    return 0;
  }
  long long cores = (quota - 1) / period + 1;
  return cores < CPUS_MAX ? (unsigned)cores : CPUS_MAX;
}

/* cgroup v2: "max 100000" or "150000 100000". */
static unsigned quota_v2(const char *directory) {
  char path[PATH_BYTES];
  char line[128];
  if (snprintf(path, sizeof path, "%s/cpu.max", directory) >= (int)sizeof path || !read_line(path, line, sizeof line)) {
    return 0;
  }
  char *end = line;
  long long quota = strtoll(line, &end, 10);
  return end == line ? 0 : cores_of(quota, strtoll(end, NULL, 10));
}

/* cgroup v1: two files; a quota of -1 is no limit. */
static unsigned quota_v1(const char *directory) {
  char path[PATH_BYTES];
  char quota[64];
  char period[64];
  if (snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", directory) >= (int)sizeof path || !read_line(path, quota, sizeof quota)) {
    return 0;
  }
  if (snprintf(path, sizeof path, "%s/cpu.cfs_period_us", directory) >= (int)sizeof path ||
      !read_line(path, period, sizeof period)) {
    return 0;
  }
  return cores_of(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

static unsigned smaller_limit(unsigned a, unsigned b) {
  if (a == 0 || b == 0) {
    return a + b;
  }
  return a < b ? a : b;
}

/* From the group `group` below `root` up to the root itself; what does not exist sets no limit. */
static unsigned walk_up(const char *root, const char *group, unsigned (*quota)(const char *directory)) {
  char directory[PATH_BYTES];
  int len = snprintf(directory, sizeof directory, "%s%s", root, group);
  if (len < 0 || len >= (int)sizeof directory) {
    return 0;
  }
  unsigned limit = 0;
  for (size_t root_len = strlen(root); strlen(directory) >= root_len;) {
    limit = smaller_limit(limit, quota(directory));
    char *slash = strrchr(directory, '/');
    if (slash == NULL || slash == directory) {
      break;
    }
    *slash = '\0';
  }
  return limit;
}

/* Whether "cpu" is one of the controllers of a cgroup v1 line, e.g. "cpu,cpuacct". */
static bool names_cpu(const char *controllers) {
  for (const char *at = controllers; at != NULL; at = strchr(at, ',')) {
    at += *at == ',';
    size_t len = strcspn(at, ",");
    if (len == 3 && memcmp(at, "cpu", 3) == 0) {
      return true;
    }
  }
  return false;
}

/* A line of /proc/self/cgroup: "0::/path" (v2) or "4:cpu,cpuacct:/path" (v1). */
static unsigned quota_of_line(char *line, const char *mount) {
  line[strcspn(line, "\n")] = '\0';
  char *controllers = strchr(line, ':');
  char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
  if (group == NULL) {
    return 0;
  }
  *controllers++ = '\0';
  *group++ = '\0';
  if (*controllers == '\0') {
    return walk_up(mount, group, quota_v2);
  }
  char root[PATH_BYTES];
  if (!names_cpu(controllers) || snprintf(root, sizeof root, "%s/%s", mount, controllers) >= (int)sizeof root) {
    return 0;
  }
  return walk_up(root, group, quota_v1);
}

unsigned sift_cores_quota(const char *groups, const char *mount) {
  FILE *file = fopen(groups, "re");
  if (file == NULL) {
    return 0;
  }
  char line[PATH_BYTES];
  unsigned limit = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    limit = smaller_limit(limit, quota_of_line(line, mount));
  }
  fclose(file);
  return limit;
}

/* The kernel refuses a set that is too small for the machine, so a larger one is tried until it fits. */
static unsigned cores_by_affinity(void) {
  for (int cpus = CPU_SETSIZE; cpus <= CPUS_MAX; cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC((size_t)cpus);
    if (set == NULL) {
      break;
    }
    size_t size = CPU_ALLOC_SIZE((size_t)cpus);
    int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0) {
      return (unsigned)count;
    }
  }
  return 1;
}

unsigned sift_cores(void) {
  return smaller_limit(cores_by_affinity(), sift_cores_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
}
