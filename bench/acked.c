#include "bench/acked.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/clock.h"
#include "bench/receiver.h"

enum { SILENCE_SECONDS = 10, ACKS_AT_ONCE = 64 };

struct run {
  struct bench_feed *feed;
  int fd;
  uint64_t count, first, window;
  double rate, begun;
  uint64_t begun_chunks; /* sending of them has begun */
  size_t sent;           /* bytes of the chunk under way; its whole length: none is */
  size_t length;
  uint64_t acked;
  double heard;
  double *due, *took;
  char rest[BENCH_ACK_BYTES];
  size_t rest_len;
};

static _Noreturn void give_up(const char *what) {
  fprintf(stderr, "serve_bench: acks: %s\n", what);
  exit(2);
}

/* ---- sending ---- */

static double next_due(const struct run *run) {
  return run->rate > 0 ? run->begun + (double)run->begun_chunks / run->rate : 0;
}

static bool may_begin(const struct run *run, double now) {
  return run->begun_chunks < run->count && (run->rate > 0 ? now >= next_due(run) : run->begun_chunks - run->acked < run->window);
}

static void begin(struct run *run, double now) {
  size_t chunk = run->begun_chunks % run->feed->chunk_count;
  bench_feed_number(run->feed, chunk, run->first + run->begun_chunks);
  run->due[run->begun_chunks] = run->rate > 0 ? next_due(run) : now;
  run->sent = 0;
  run->length = run->feed->chunks[chunk].len;
  run->begun_chunks++;
}

/* What the system takes now. */
static void push(struct run *run) {
  for (double now = bench_wall_seconds(); run->sent < run->length || may_begin(run, now);) {
    if (run->sent == run->length) {
      begin(run, now);
    }
    const struct bench_chunk *chunk = &run->feed->chunks[(run->begun_chunks - 1) % run->feed->chunk_count];
    ssize_t sent = send(run->fd, run->feed->bytes.bytes + chunk->at + run->sent, chunk->len - run->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
      give_up(strerror(errno));
    }
    if (sent < 0) {
      return;
    }
    run->sent += (size_t)sent;
    now = bench_wall_seconds();
  }
}

/* ---- acks ---- */

static void take_ack(struct run *run, const char *ack) {
  char id[BENCH_CHUNK_ID_BYTES + 1] = {0};
  char *end = NULL;
  if (memcmp(ack,
             "\x81\xa3"
             "ack\xb0",
             6) != 0) {
    give_up("what came is none");
  }
  memcpy(id, ack + 6, BENCH_CHUNK_ID_BYTES);
  uint64_t number = strtoull(id, &end, 16) - run->first;
  if (*end != '\0' || number >= run->begun_chunks || run->took[number] > 0) {
    give_up("of a chunk that was not sent, or twice");
  }
  run->heard = bench_wall_seconds();
  run->took[number] = run->heard - run->due[number];
  run->acked++;
}

static void pull(struct run *run) {
  char bytes[ACKS_AT_ONCE * BENCH_ACK_BYTES];
  memcpy(bytes, run->rest, run->rest_len);
  ssize_t got = recv(run->fd, bytes + run->rest_len, sizeof bytes - run->rest_len, 0);
  if (got == 0 || (got < 0 && errno != EAGAIN)) {
    give_up("the connection was closed");
  }
  size_t len = run->rest_len + (got > 0 ? (size_t)got : 0);
  size_t at = 0;
  for (; len - at >= BENCH_ACK_BYTES; at += BENCH_ACK_BYTES) {
    take_ack(run, bytes + at);
  }
  run->rest_len = len - at;
  memcpy(run->rest, bytes + at, run->rest_len);
}

/* ---- both ---- */

static void wait(const struct run *run) {
  double now = bench_wall_seconds();
  double until = now + 1;
  if (run->rate > 0 && run->begun_chunks < run->count && run->sent == run->length) {
    until = next_due(run);
  }
  double left = until > now ? until - now : 0;
  struct timespec timeout = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
  struct pollfd poll = {.fd = run->fd, .events = (short)(POLLIN | (run->sent < run->length ? POLLOUT : 0))};
  ppoll(&poll, 1, &timeout, NULL);
}

struct bench_acked bench_acked_run(uint16_t port, struct bench_feed *feed, uint64_t count, uint64_t first, double rate,
                                   uint64_t window) {
  struct run run = {.feed = feed, .count = count, .first = first, .rate = rate, .window = window};
  run.fd = bench_connect(port);
  run.due = calloc(count, sizeof *run.due);
  run.took = calloc(count, sizeof *run.took);
  if (run.due == NULL || run.took == NULL || fcntl(run.fd, F_SETFL, O_NONBLOCK) != 0) {
    give_up("no memory");
  }
  run.begun = run.heard = bench_wall_seconds();
  while (run.acked < count) {
    push(&run);
    wait(&run);
    pull(&run);
    if (bench_wall_seconds() - run.heard > SILENCE_SECONDS) {
      give_up("none came for ten seconds");
    }
  }
  struct bench_acked out = {.chunks = run.acked, .wall = run.heard - run.begun, .p50 = bench_median(run.took, count)};
  out.p99 = run.took[count * 99 / 100]; /* they are sorted now */
  out.most = run.took[count - 1];
  close(run.fd);
  free(run.due);
  free(run.took);
  return out;
}
