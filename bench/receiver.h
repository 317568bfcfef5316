/* A `spacesift serve` of our own to measure: started, asked and stopped from outside, so that nothing of the sender counts. */
#ifndef SIFT_BENCH_RECEIVER_H
#define SIFT_BENCH_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum bench_port { BENCH_TCP, BENCH_SYSLOG, BENCH_FORWARD, BENCH_HTTP, BENCH_PORTS };

struct bench_receiver {
  pid_t pid;
  uint16_t ports[BENCH_PORTS]; /* of 127.0.0.1 */
};

/* Starts `program` with a listener of each kind and waits until it is ready. `data_dir`: NULL for none. False, with a
 * message, where it does not come up within a minute. */
bool bench_receiver_start(struct bench_receiver *receiver, const char *program, const char *data_dir);
void bench_receiver_stop(struct bench_receiver *receiver);

/* Seconds of CPU that it has used, all threads together; MiB that are resident. */
double bench_receiver_cpu(const struct bench_receiver *receiver);
/* Seconds that its threads stood ready and had no core, which is other load's doing; -1 where the kernel does not tell. */
double bench_receiver_kept_waiting(const struct bench_receiver *receiver);
double bench_receiver_mib(const struct bench_receiver *receiver);

/* The sum of all samples of a metric, such as "spacesift_records_total"; -1 where it cannot be asked. */
double bench_receiver_metric(const struct bench_receiver *receiver, const char *name);

/* A connection; ends the program with a message where it cannot be had. */
int bench_connect(uint16_t port);
void bench_send(int fd, const char *bytes, size_t len);

/* Sends all over one connection, ends it and waits until the other side has read everything and ended it too. */
void bench_deliver(uint16_t port, const char *bytes, size_t len);

#endif
