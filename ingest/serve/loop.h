/* One event loop a core: connections in, entries out. It owns its worker, buffers and connections; nothing of a record's way
 * is shared. */
#ifndef SIFT_INGEST_SERVE_LOOP_H
#define SIFT_INGEST_SERVE_LOOP_H

#include "ingest/serve/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_loop;

/* `number` from 0; `offset` is where the offsets of its records begin. */
enum sift_status sift_loop_new(struct sift_loop **out, struct sift_hub *hub, unsigned number, const struct sift_database *database,
                               uint64_t offset);
void sift_loop_free(struct sift_loop *loop); /* stopped, or never started */

enum sift_status sift_loop_start(struct sift_loop *loop);

/* All below: any thread. */

/* A connection of a port, whose descriptor the loop takes over; closed where it cannot be had. */
void sift_loop_adopt(struct sift_loop *loop, size_t port, int fd, const char *peer);
uint64_t sift_loop_connections(const struct sift_loop *loop);

/* Entries up to the hub's durable number are safe: acks may go out. */
void sift_loop_wake(struct sift_loop *loop);

/* From the next batch on, lines are scanned by these rules. Wait for sift_loop_database() to say so before the old ones go. */
void sift_loop_swap(struct sift_loop *loop, const struct sift_database *database);
const struct sift_database *sift_loop_database(const struct sift_loop *loop);

/* Reads what has come and hands it on; then waits for the acks to go out, at most `timeout_ms`, closes all and ends the thread. */
void sift_loop_stop(struct sift_loop *loop, unsigned timeout_ms);
void sift_loop_join(struct sift_loop *loop);

/* When its clock last ticked, monotonic; 0: it has not begun. One that hangs ticks no more. */
int64_t sift_loop_beat_ns(const struct sift_loop *loop);

const struct sift_loop_counters *sift_loop_counters(const struct sift_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
