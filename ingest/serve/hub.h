/* What all event loops share. Set up before they start, and constant then but for what says otherwise. */
#ifndef SIFT_INGEST_SERVE_HUB_H
#define SIFT_INGEST_SERVE_HUB_H

#include <stdatomic.h>

#include "ingest/serve/applier.h"
#include "ingest/serve/budget.h"
#include "ingest/serve/chunk_ids.h"
#include "ingest/serve/counters.h"
#include "ingest/serve/drops.h"
#include "ingest/serve/forward_auth.h"
#include "ingest/serve/journal.h"
#include "ingest/serve/listener.h"
#include "ingest/serve/note.h"
#include "ingest/serve/origin.h"
#include "ingest/serve/tap.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ssl_ctx_st;

/* A listener made ready. */
struct sift_port {
  struct sift_listener_config config;
  struct sift_origin *origin;
  struct ssl_ctx_st *tls;        /* NULL: none */
  struct sift_forward_auth auth; /* where has_auth */
  bool has_auth;
  int fd;            /* listening */
  const char *bound; /* as bound, with the port that was taken: its name in metrics and events */
};

struct sift_hub {
  struct sift_port *ports;
  size_t port_count;
  struct sift_live_limits limits;
  unsigned gather_ms;        /* how long a record waits for others */
  unsigned frame_timeout_ms; /* for a frame to complete; 0: any */
  unsigned idle_timeout_ms;  /* without a byte; 0: any */
  size_t connections_max;
  bool drop_newest;
  struct sift_budget budget;
  _Atomic size_t unfinished; /* bytes of the budget that only more from their peers, or their end, sets free */
  _Atomic size_t connections;

  struct sift_journal *journal; /* NULL: acks follow the scan */
  struct sift_applier *applier;
  struct sift_chunk_ids *ids;
  struct sift_drops *drops;
  struct sift_tap *_Atomic tap; /* NULL until HTTP stands */
  _Atomic uint64_t seq;         /* without a journal: the last entry's number */
  struct sift_note *note;

  /* Something fatal happened in a loop: the server is to end. */
  void (*fatal)(void *context, enum sift_status status);
  void *context;
};

/* The newest entry whose acks may go out. */
static inline uint64_t sift_hub_durable(const struct sift_hub *hub) {
  return hub->journal != NULL ? sift_journal_durable(hub->journal) : atomic_load_explicit(&hub->seq, memory_order_acquire);
}

/* The memory limit: beside the budget count entries that the disk has not taken yet, which a disk that fails keeps for long. */
static inline size_t sift_hub_memory(const struct sift_hub *hub) {
  size_t queued = hub->journal != NULL ? (size_t)sift_journal_queued_bytes(hub->journal) : 0;
  return atomic_load_explicit(&hub->budget.used, memory_order_relaxed) + queued;
}

/* Whether reading must stop, and whether there is room enough to read on: some way below, so that it does not go back and forth. */
static inline bool sift_hub_over(const struct sift_hub *hub) {
  return sift_hub_memory(hub) >= hub->budget.limit;
}
static inline bool sift_hub_relaxed(const struct sift_hub *hub) {
  return sift_hub_memory(hub) < hub->budget.limit - hub->budget.limit / 8;
}

#ifdef __cplusplus
}
#endif
#endif
