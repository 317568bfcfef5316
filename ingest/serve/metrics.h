/* Counters as Prometheus reads them: text 0.0.4, or OpenMetrics 1.0. */
#ifndef SIFT_INGEST_SERVE_METRICS_H
#define SIFT_INGEST_SERVE_METRICS_H

#include <stdbool.h>
#include <stdio.h>

#include "ingest/serve/counters.h"
#include "ingest/serve/view.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_metrics_format { SIFT_METRICS_TEXT, SIFT_METRICS_OPEN };

/* The Content-Type of a format. */
const char *sift_metrics_type(enum sift_metrics_format format);

struct sift_metrics_listener {
  const char *name;     /* as the operator names it: its label, so few and fixed */
  const char *protocol; /* "lines", "syslog", "forward" */
};

/* What the journal says of itself. */
struct sift_metrics_journal {
  bool present;
  bool failed; /* it cannot be written now: no ack goes out */
  uint64_t appended_sequence, durable_sequence;
  uint64_t queued_bytes;    /* appended and not durable yet */
  double lag_seconds;       /* age of the oldest of them; 0: none */
  uint64_t bytes, segments; /* on disk */
  uint64_t errors;
};

/* What a file of facts or of the status page says. */
struct sift_metrics_file {
  bool present;       /* it is given */
  double age_seconds; /* of what is in force, since it was written */
};

/* What the HTTP side says of itself. */
struct sift_metrics_http {
  uint64_t requests[6]; /* by hundreds of the status: [2] is 2xx */
  uint64_t connections, connections_accepted;
  uint64_t streams;        /* gauge: readers of events */
  uint64_t streams_cut;    /* too slow */
  uint64_t events_dropped; /* by the tap */
};

/* A scrape. All is borrowed; NULL parts are left out. */
struct sift_metrics {
  const struct sift_loop_counters *const *loops;
  size_t loop_count;
  const struct sift_metrics_listener *listeners;
  size_t listener_count;
  const struct sift_server_counters *server;
  const struct sift_view *view;
  struct sift_metrics_journal journal;
  struct sift_metrics_file facts, status; /* what they count stands in `server` */
  const struct sift_metrics_http *http;
  int64_t started_ns;      /* Unix time of the process's start */
  uint64_t resident_bytes; /* 0: unknown */
  uint64_t open_files;     /* 0: unknown */
  bool ready;
};

/* Writes all families. Errors stay in `out` (ferror). */
void sift_metrics_write(FILE *out, enum sift_metrics_format format, const struct sift_metrics *metrics);

/* What the system says of this process: resident memory in bytes and open descriptors; 0 where it does not say. */
uint64_t sift_metrics_resident(void);
uint64_t sift_metrics_open_files(void);

#ifdef __cplusplus
}
#endif
#endif
