/* How many threads are of use: what the scheduler and the control group grant. */
#ifndef SIFT_INGEST_CORES_H
#define SIFT_INGEST_CORES_H

#ifdef __cplusplus
extern "C" {
#endif

/* The smallest CPU quota on the way from the process's control groups up to their roots, in cores rounded up; 0 where none is
 * set. `groups` is /proc/self/cgroup, `mount` /sys/fs/cgroup: parameters so that a test can lay out its own. */
unsigned sift_cores_quota(const char *groups, const char *mount);

#ifdef __cplusplus
}
#endif
#endif
