/* What systemd says and wants to hear: sockets that it opened (sd_listen_fds(3)), readiness and the watchdog (sd_notify(3)). */
#ifndef SIFT_INGEST_SERVE_SYSTEMD_H
#define SIFT_INGEST_SERVE_SYSTEMD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The listening stream socket of that FileDescriptorName, "" for the first; each is given once. -1 where there is none. */
int sift_systemd_socket(const char *name);

/* Sends a state, e.g. "READY=1"; nothing where no one wants to hear. */
void sift_systemd_tell(const char *state);

/* How often at the least it wants to hear WATCHDOG=1, in microseconds; 0: not at all. */
uint64_t sift_systemd_watchdog_us(void);

#ifdef __cplusplus
}
#endif
#endif
