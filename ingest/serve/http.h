/* The HTTP side of serve: health, metrics, triage and the stream of events, in a thread of its own. docs/http.md. */
#ifndef SIFT_INGEST_SERVE_HTTP_H
#define SIFT_INGEST_SERVE_HTTP_H

#include "ingest/serve/metrics.h"
#include "ingest/serve/tap.h"
#include "ingest/serve/view.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_HTTP_REASONS_MAX = 8 };

/* What the HTTP side asks the server. All are called in the HTTP thread and must not block; all must be set. */
struct sift_http_ops {
  void *context;
  /* The current view with a reference for the caller (sift_view_acquire), or NULL while there is none. */
  struct sift_view *(*view)(void *context);
  /* Why the server is not ready: static texts into `reasons`; their number, 0 when it is. */
  size_t (*unready)(void *context, const char *reasons[SIFT_HTTP_REASONS_MAX]);
  /* Fills loops, listeners, server, journal and started_ns; the rest is set by the HTTP side. */
  void (*metrics)(void *context, struct sift_metrics *out);
  int64_t (*now_ns)(void *context); /* Unix time */
  /* Writes the array of what was dropped by Space (drops.h); NULL: nothing ever is. */
  void (*drops)(void *context, struct sift_json *json);
};

struct sift_http_config {
  const char *address;    /* host:port, [::1]:port, unix:/path */
  int fd;                 /* a listening socket to take over in place of the address, or -1 */
  const char *token_file; /* NULL: none; needed where the address is not of this machine only */
  struct sift_http_ops ops;
  /* Limits; 0 takes the usual. */
  size_t connections_max;    /* 64; half of them may be streams. Further ones wait in the system's backlog */
  size_t stream_bytes_max;   /* 1 MiB: a reader of events that lags by more is cut off */
  size_t tap_bytes_max;      /* 8 MiB of events that wait to be sent */
  unsigned head_timeout_ms;  /* 10 s: for a whole request to come */
  unsigned idle_timeout_ms;  /* 60 s: between requests of one connection */
  unsigned stall_timeout_ms; /* 30 s: without a byte of the answer taken */
  unsigned keepalive_ms;     /* 15 s: comments to silent streams */
};

/* Listens and starts the thread. SIFT_EINVAL, SIFT_EIO or SIFT_ENOMEM, and `error` says in words what to do. */
struct sift_http;
enum sift_status sift_http_start(struct sift_http **out, const struct sift_http_config *config, char *error, size_t error_size);

/* Ends the thread, cutting what is under way, and frees all. Nobody may publish to the tap any more. NULL is fine. */
void sift_http_stop(struct sift_http *http);

const char *sift_http_address(const struct sift_http *http); /* as bound, e.g. "127.0.0.1:8080" */

/* Where loops publish their blocks of events: sift_tap_wanted(), then sift_tap_publish(). Any thread, until stop. */
struct sift_tap *sift_http_tap(struct sift_http *http);

#ifdef __cplusplus
}
#endif
#endif
