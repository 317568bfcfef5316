/* What the HTTP side asks of the server. */
#include <stdio.h>

#include "ingest/serve/loop_internal.h"
#include "ingest/serve/server_internal.h"

static struct sift_view *view_of(void *context) {
  struct sift_server *server = context;
  return sift_keeper_view(server->keeper);
}

/* Below the limit again, and still waiting for some room: that is not ready either. */
static bool short_of_memory(const struct sift_server *server) {
  bool paused = sift_hub_over(&server->hub);
  for (unsigned i = 0; i < server->loop_count; i++) {
    paused = paused || sift_count_get(&sift_loop_counters(server->loops[i])->paused) > 0;
  }
  return paused;
}

static size_t unready(void *context, const char *reasons[SIFT_HTTP_REASONS_MAX]) {
  struct sift_server *server = context;
  size_t count = 0;
  if (!server->serving) {
    reasons[count++] = "it does not take connections yet";
  }
  if (server->stopping) {
    reasons[count++] = "it is about to end";
  }
  if (server->hub.journal != NULL) {
    struct sift_journal_stats stats;
    sift_journal_stats(server->hub.journal, &stats);
    if (stats.error != 0) {
      reasons[count++] = "the journal cannot be written";
    }
  }
  if (short_of_memory(server)) {
    reasons[count++] = "the memory limit is reached";
  }
  return count;
}

static void fill_journal(const struct sift_server *server, struct sift_metrics_journal *out) {
  struct sift_journal_stats stats;
  if (server->hub.journal == NULL) {
    return;
  }
  sift_journal_stats(server->hub.journal, &stats);
  *out = (struct sift_metrics_journal){
      .present = true,
      .failed = stats.error != 0,
      .appended_sequence = stats.appended,
      .durable_sequence = stats.durable,
      .queued_bytes = stats.queued_bytes,
      .lag_seconds = stats.oldest_ns > 0 ? (double)(sift_monotonic_ns() - stats.oldest_ns) / 1e9 : 0,
      .bytes = stats.segment_bytes,
      .segments = stats.segments,
      .errors = stats.errors,
  };
}

static struct sift_metrics_file age_of(const char *path, const struct sift_file_counters *counters) {
  int64_t age_ns = sift_realtime_ns() - __atomic_load_n(&counters->written_ns, __ATOMIC_RELAXED);
  return (struct sift_metrics_file){.present = path != NULL, .age_seconds = age_ns > 0 ? (double)age_ns / 1e9 : 0};
}

static void metrics(void *context, struct sift_metrics *out) {
  static const char *const protocols[] = {"lines", "syslog", "forward"};
  struct sift_server *server = context;
  static const struct sift_loop_counters *loops[SIFT_LOOPS_MAX + 1]; /* the HTTP thread alone comes here */
  static struct sift_metrics_listener listeners[SIFT_LISTENERS_MAX];
  for (unsigned i = 0; i < server->loop_count; i++) {
    loops[i] = sift_loop_counters(server->loops[i]);
  }
  loops[server->loop_count] = &server->door;
  for (size_t i = 0; i < server->hub.port_count; i++) {
    listeners[i] = (struct sift_metrics_listener){server->hub.ports[i].bound, protocols[server->hub.ports[i].config.kind]};
  }
  sift_count_set(&server->counters.log_suppressed, sift_note_suppressed(server->hub.note));
  out->loops = loops;
  out->loop_count = server->loop_count + 1;
  out->listeners = listeners;
  out->listener_count = server->hub.port_count;
  out->server = &server->counters;
  out->started_ns = server->started_ns;
  out->facts = age_of(server->config.facts, &server->counters.facts);
  out->status = age_of(server->config.status, &server->counters.status);
  fill_journal(server, &out->journal);
}

static void drops(void *context, struct sift_json *json) {
  struct sift_server *server = context;
  sift_drops_write(server->hub.drops, json);
}

static int64_t now_ns(void *context) {
  (void)context;
  return sift_realtime_ns();
}

enum sift_status sift_server_http(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]) {
  if (server->config.http == NULL) {
    return SIFT_OK;
  }
  const struct sift_http_config config = {
      .address = server->config.http,
      .fd = -1,
      .token_file = server->config.token_file,
      .ops = {server, view_of, unready, metrics, now_ns, drops},
  };
  enum sift_status status = sift_http_start(&server->http, &config, error, SIFT_SERVER_ERROR_BYTES);
  if (status == SIFT_OK) {
    atomic_store_explicit(&server->hub.tap, sift_http_tap(server->http), memory_order_release);
    sift_note_say(server->hub.note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "HTTP at %s", sift_http_address(server->http));
  }
  return status;
}
