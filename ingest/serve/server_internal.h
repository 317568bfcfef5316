/* What the files of the server share: server.c from start to end, server_data.c what outlasts it, server_http.c what it tells. */
#ifndef SIFT_INGEST_SERVE_SERVER_INTERNAL_H
#define SIFT_INGEST_SERVE_SERVER_INTERNAL_H

#include <event2/event.h>
#include <pthread.h>

#include "ingest/serve/http.h"
#include "ingest/serve/keeper.h"
#include "ingest/serve/port.h"
#include "ingest/serve/server.h"

enum { SIFT_LOOPS_MAX = 256 };

struct sift_server {
  struct sift_server_config config;
  struct sift_arena arena;
  struct sift_hub hub;
  struct sift_rulebox *rules; /* of the start */
  struct sift_loop *loops[SIFT_LOOPS_MAX];
  unsigned loop_count;
  struct sift_lookout *lookout; /* NULL: neither facts nor a status page */
  struct sift_keeper *keeper;
  struct sift_checkpoints *checkpoints;
  struct sift_http *http;
  struct sift_server_counters counters;
  struct sift_loop_counters door; /* refusals: counted by the thread that accepts */
  int64_t started_ns;

  struct event_base *base;
  struct event *accepts[SIFT_LISTENERS_MAX];
  struct event *signals[3];
  struct event *tick;
  int wake_fd;
  struct event *wake_event;
  unsigned next_loop;
  int64_t accept_again_ns; /* monotonic: no descriptor was left; 0: accepting */
  _Atomic bool serving, stopping;
  int64_t barked_ns; /* monotonic: when the watchdog last heard of us */
  _Atomic int fatal; /* enum sift_status */
  pthread_t reloader;
  bool reloading; /* the reloader has to be joined */
  _Atomic bool reload_done;
};

/* ---- server_data.c ---- */
enum sift_status sift_server_take_up(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]);
void sift_server_wake_loops(void *context, uint64_t durable);

/* ---- server_http.c ---- */
enum sift_status sift_server_http(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]);

/* ---- server_accept.c ---- */
enum sift_status sift_server_accept(struct sift_server *server); /* begins */
void sift_server_accept_tick(struct sift_server *server, int64_t now_ns);
void sift_server_accept_end(struct sift_server *server);

#endif
