#include "ingest/serve/metrics.h"

#include <assert.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- names of labels --------------------------------------------------------------------------------------------------- */

const char *sift_close_name(enum sift_close reason) {
  static const char *const names[] = {"peer", "error", "idle", "frame_timeout", "protocol",
                                      "auth", "tls",   "slow", "memory",        "shutdown"};
  static_assert(sizeof names / sizeof names[0] == SIFT_CLOSES, "a name for each");
  return names[reason];
}

const char *sift_refusal_name(enum sift_refusal reason) {
  static const char *const names[] = {"connection_limit", "descriptors", "memory"};
  static_assert(sizeof names / sizeof names[0] == SIFT_REFUSALS, "a name for each");
  return names[reason];
}

const char *sift_drop_name(enum sift_drop reason) {
  static const char *const names[] = {"duplicate", "overflow"};
  static_assert(sizeof names / sizeof names[0] == SIFT_DROPS, "a name for each");
  return names[reason];
}

const char *sift_metrics_type(enum sift_metrics_format format) {
  return format == SIFT_METRICS_OPEN ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                     : "text/plain; version=0.0.4; charset=utf-8";
}

/* --- the form ---------------------------------------------------------------------------------------------------------- */

enum kind { COUNTER, GAUGE, HISTOGRAM, INFO };

/* A scrape under way. `family` is the name without a counter's "_total", as OpenMetrics has it. */
struct page {
  FILE *out;
  bool open; /* OpenMetrics */
  const struct sift_metrics *metrics;
  const char *family;
  enum kind kind;
};

/* `unit` "" where there is none; else it is the end of the name. */
static void family(struct page *page, enum kind kind, const char *name, const char *unit, const char *help) {
  static const char *const kinds[] = {"counter", "gauge", "histogram", "info"};
  const char *suffix = page->open ? "" : kind == COUNTER ? "_total" : kind == INFO ? "_info" : "";
  page->family = name;
  page->kind = kind;
  fprintf(page->out, "# HELP %s%s %s\n", name, suffix, help);
  fprintf(page->out, "# TYPE %s%s %s\n", name, suffix, kind == INFO && !page->open ? "gauge" : kinds[kind]);
  if (page->open && unit[0] != '\0') {
    fprintf(page->out, "# UNIT %s %s\n", name, unit);
  }
}

/* One label; `first` opens the braces. Values may be any text. */
static void label(struct page *page, bool first, const char *name, const char *value) {
  fprintf(page->out, "%c%s=\"", first ? '{' : ',', name);
  for (const char *c = value; *c != '\0'; c++) {
    if (*c == '\n') {
      fputs("\\n", page->out);
    } else {
      fprintf(page->out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
  }
  fputc('"', page->out);
}

static void begin(struct page *page) {
  fprintf(page->out, "%s%s", page->family, page->kind == COUNTER ? "_total" : page->kind == INFO ? "_info" : "");
}

static void value(struct page *page, uint64_t number) {
  fprintf(page->out, " %" PRIu64 "\n", number);
}

static void plain(struct page *page, uint64_t number) {
  begin(page);
  value(page, number);
}

static void seconds(struct page *page, double number) {
  begin(page);
  fprintf(page->out, " %.9g\n", number);
}

/* A sample with one label. */
static void labelled(struct page *page, const char *name, const char *text, uint64_t number) {
  begin(page);
  label(page, true, name, text);
  fputc('}', page->out);
  value(page, number);
}

static void simple(struct page *page, enum kind kind, const char *name, const char *unit, const char *help, uint64_t number) {
  family(page, kind, name, unit, help);
  plain(page, number);
}

/* `scale`: by what a value is divided to be in the family's unit. */
static void histogram(struct page *page, const struct sift_histogram *counts, uint64_t start, double scale) {
  uint64_t so_far = 0;
  double bound = (double)start;
  for (size_t i = 0; i < SIFT_HISTOGRAM_BUCKETS; i++, bound *= 4) {
    so_far += counts->buckets[i];
    if (i + 1 < SIFT_HISTOGRAM_BUCKETS) {
      double le = bound / scale;
      bool whole = le >= 1 && le < 1e15 && le == (double)(uint64_t)le;
      fprintf(page->out, whole ? "%s_bucket{le=\"%.1f\"} %" PRIu64 "\n" : "%s_bucket{le=\"%.9g\"} %" PRIu64 "\n", page->family, le,
              so_far);
    } else {
      fprintf(page->out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", page->family, so_far);
    }
  }
  fprintf(page->out, "%s_sum %.9g\n%s_count %" PRIu64 "\n", page->family, (double)counts->sum / scale, page->family, so_far);
}

/* --- sums over the loops ----------------------------------------------------------------------------------------------- */

/* The sum of a counter that stands `offset` bytes into each loop's. */
static uint64_t sum_at(const struct sift_metrics *metrics, size_t offset) {
  uint64_t sum = 0;
  for (size_t i = 0; i < metrics->loop_count; i++) {
    sum += sift_count_get((const uint64_t *)(const void *)((const char *)metrics->loops[i] + offset));
  }
  return sum;
}

#define SUM(page, field) sum_at((page)->metrics, offsetof(struct sift_loop_counters, field))

static size_t listener_offset(size_t listener, size_t field) {
  return offsetof(struct sift_loop_counters, listeners) + listener * sizeof(struct sift_listener_counters) + field;
}

static struct sift_histogram sum_histogram(const struct sift_metrics *metrics, size_t offset) {
  struct sift_histogram sum;
  for (size_t i = 0; i < SIFT_HISTOGRAM_BUCKETS; i++) {
    sum.buckets[i] = sum_at(metrics, offset + offsetof(struct sift_histogram, buckets) + i * sizeof sum.buckets[0]);
  }
  sum.sum = sum_at(metrics, offset + offsetof(struct sift_histogram, sum));
  return sum;
}

/* A field of each listener; with `reason`, one of a family that is split by it too. */
static void of_listeners(struct page *page, size_t field, const char *reason) {
  const struct sift_metrics *metrics = page->metrics;
  for (size_t i = 0; i < metrics->listener_count && i < SIFT_LISTENERS_MAX; i++) {
    begin(page);
    label(page, true, "listener", metrics->listeners[i].name);
    label(page, false, "protocol", metrics->listeners[i].protocol);
    if (reason != NULL) {
      label(page, false, "reason", reason);
    }
    fputc('}', page->out);
    value(page, sum_at(metrics, listener_offset(i, field)));
  }
}

#define LISTENER(field) offsetof(struct sift_listener_counters, field)

/* --- what is told ------------------------------------------------------------------------------------------------------ */

static void write_input(struct page *page) {
  family(page, COUNTER, "spacesift_received_bytes", "bytes", "Bytes received, before TLS and compression are taken off.");
  of_listeners(page, LISTENER(bytes), NULL);
  family(page, COUNTER, "spacesift_records", "", "Records that the protocols told.");
  of_listeners(page, LISTENER(records), NULL);
  family(page, COUNTER, "spacesift_lines", "", "Lines given to the scanner.");
  of_listeners(page, LISTENER(lines), NULL);
  family(page, COUNTER, "spacesift_damage", "", "What was odd about the input, by reason; docs/report.md tells of each.");
  for (enum sift_reason reason = 0; reason < SIFT_REASONS; reason++) {
    labelled(page, "reason", sift_reason_name(reason),
             sum_at(page->metrics, offsetof(struct sift_loop_counters, damage) + reason * sizeof(uint64_t)));
  }
  family(page, COUNTER, "spacesift_dropped_records", "",
         "Records that were not counted, by reason; a chunk that came again is one.");
  for (enum sift_drop reason = 0; reason < SIFT_DROPS; reason++) {
    labelled(page, "reason", sift_drop_name(reason),
             sum_at(page->metrics, offsetof(struct sift_loop_counters, drops) + reason * sizeof(uint64_t)));
  }
}

static void write_connections(struct page *page) {
  family(page, GAUGE, "spacesift_connections", "", "Connections that are open.");
  of_listeners(page, LISTENER(open), NULL);
  family(page, COUNTER, "spacesift_connections_accepted", "", "Connections that were accepted.");
  of_listeners(page, LISTENER(accepted), NULL);
  family(page, COUNTER, "spacesift_connections_refused", "", "Connections that were turned away.");
  for (enum sift_refusal reason = 0; reason < SIFT_REFUSALS; reason++) {
    of_listeners(page, LISTENER(refused) + reason * sizeof(uint64_t), sift_refusal_name(reason));
  }
  family(page, COUNTER, "spacesift_connections_closed", "", "Connections that ended.");
  for (enum sift_close reason = 0; reason < SIFT_CLOSES; reason++) {
    of_listeners(page, LISTENER(closed) + reason * sizeof(uint64_t), sift_close_name(reason));
  }
}

static void write_work(struct page *page) {
  const size_t batch = offsetof(struct sift_loop_counters, batch_bytes);
  const size_t scan = offsetof(struct sift_loop_counters, scan_ns);
  const size_t ack = offsetof(struct sift_loop_counters, ack_ns);
  simple(page, COUNTER, "spacesift_events", "", "Hits of rules, as events are made of them.", SUM(page, hits));
  simple(page, COUNTER, "spacesift_batches", "", "Batches scanned.", SUM(page, batches));
  family(page, HISTOGRAM, "spacesift_batch_size_bytes", "bytes", "Text in a batch.");
  struct sift_histogram sum = sum_histogram(page->metrics, batch);
  histogram(page, &sum, SIFT_BATCH_BYTES_START, 1);
  family(page, HISTOGRAM, "spacesift_scan_seconds", "seconds", "Time that scanning a batch took.");
  sum = sum_histogram(page->metrics, scan);
  histogram(page, &sum, SIFT_SCAN_NS_START, 1e9);
  simple(page, COUNTER, "spacesift_acks", "", "Acknowledgements sent.", SUM(page, acks));
  family(page, HISTOGRAM, "spacesift_ack_seconds", "seconds", "Time from a record's receipt to its acknowledgement.");
  sum = sum_histogram(page->metrics, ack);
  histogram(page, &sum, SIFT_ACK_NS_START, 1e9);
  simple(page, GAUGE, "spacesift_queued_bytes", "bytes", "Memory for what was received and is not done with.",
         SUM(page, queued_bytes));
  simple(page, GAUGE, "spacesift_paused_connections", "", "Connections not read now because memory is at its limit.",
         SUM(page, paused));
}

static void write_server(struct page *page, const struct sift_server_counters *server) {
  simple(page, GAUGE, "spacesift_memory_limit_bytes", "bytes", "Most memory for all connections together.",
         sift_count_get(&server->memory_limit_bytes));
  simple(page, COUNTER, "spacesift_reloads", "", "Rule sets that were swapped in while running.", sift_count_get(&server->reloads));
  simple(page, COUNTER, "spacesift_reload_failures", "", "Reloads that kept the old rules.",
         sift_count_get(&server->reloads_failed));
  simple(page, GAUGE, "spacesift_reload_timestamp_seconds", "seconds", "When rules were last swapped in; 0: never.",
         (uint64_t)__atomic_load_n(&server->reloaded_s, __ATOMIC_RELAXED));
  simple(page, COUNTER, "spacesift_checkpoints", "", "Checkpoints written.", sift_count_get(&server->checkpoints));
  simple(page, COUNTER, "spacesift_checkpoint_failures", "", "Checkpoints that could not be written.",
         sift_count_get(&server->checkpoints_failed));
  simple(page, GAUGE, "spacesift_checkpoint_timestamp_seconds", "seconds", "When the last checkpoint was written; 0: never.",
         (uint64_t)__atomic_load_n(&server->checkpoint_s, __ATOMIC_RELAXED));
  simple(page, COUNTER, "spacesift_view_failures", "", "Views that could not be built.", sift_count_get(&server->views_failed));
  family(page, HISTOGRAM, "spacesift_view_build_seconds", "seconds", "Time that building a view of the fleet took.");
  struct sift_histogram builds;
  for (size_t i = 0; i < SIFT_HISTOGRAM_BUCKETS; i++) {
    builds.buckets[i] = sift_count_get(&server->view_ns.buckets[i]);
  }
  builds.sum = sift_count_get(&server->view_ns.sum);
  histogram(page, &builds, SIFT_VIEW_NS_START, 1e9);
  simple(page, COUNTER, "spacesift_log_messages_suppressed", "", "Messages that the rate limit of the log kept back.",
         sift_count_get(&server->log_suppressed));
}

/* The names are of one file each: "spacesift_facts_reads", "spacesift_facts_age_seconds". */
static void write_file(struct page *page, const struct sift_metrics_file *file, const struct sift_file_counters *counters,
                       const char *reads, const char *age) {
  family(page, COUNTER, reads, "", "Readings of the file: ok, or bad ones, which left the old in force.");
  labelled(page, "result", "ok", sift_count_get(&counters->good));
  labelled(page, "result", "bad", sift_count_get(&counters->bad));
  family(page, GAUGE, age, "seconds", "Time since the file in force was written.");
  seconds(page, file->age_seconds);
}

static void write_outside(struct page *page, const struct sift_metrics *metrics) {
  if (metrics->facts.present) {
    write_file(page, &metrics->facts, &metrics->server->facts, "spacesift_facts_reads", "spacesift_facts_age_seconds");
    simple(page, GAUGE, "spacesift_facts_spaces", "", "Spaces that the facts know.",
           sift_count_get(&metrics->server->facts_spaces));
  }
  if (metrics->status.present) {
    write_file(page, &metrics->status, &metrics->server->status, "spacesift_status_reads", "spacesift_status_age_seconds");
  }
}

static void write_journal(struct page *page, const struct sift_metrics_journal *journal) {
  simple(page, GAUGE, "spacesift_journal_up", "", "1: the journal takes events; 0: it fails, and no ack goes out.",
         !journal->failed);
  simple(page, COUNTER, "spacesift_journal_errors", "", "Writes or syncs of the journal that failed.", journal->errors);
  simple(page, GAUGE, "spacesift_journal_appended_sequence", "", "Number of the last entry appended.", journal->appended_sequence);
  simple(page, GAUGE, "spacesift_journal_durable_sequence", "", "Number of the last entry that is on disk.",
         journal->durable_sequence);
  family(page, GAUGE, "spacesift_journal_lag_seconds", "seconds", "Age of the oldest entry that is not on disk yet.");
  seconds(page, journal->lag_seconds);
  simple(page, GAUGE, "spacesift_journal_queued_bytes", "bytes", "Entries that wait for the disk.", journal->queued_bytes);
  simple(page, GAUGE, "spacesift_journal_size_bytes", "bytes", "Size of all segments.", journal->bytes);
  simple(page, GAUGE, "spacesift_journal_segments", "", "Segments on disk.", journal->segments);
}

static void write_view(struct page *page, const struct sift_view *view) {
  const struct sift_ruleset *ruleset = sift_view_ruleset(view);
  const struct sift_summary *summary = sift_view_summary(view);
  const struct sift_incidents *incidents = sift_view_incidents(view);
  family(page, COUNTER, "spacesift_hits", "", "Hits by class, demoted ones included, as of the last view.");
  for (size_t i = 0; i < ruleset->class_count; i++) {
    labelled(page, "class", ruleset->classes[i].id, sift_view_class_hits(view)[i]);
  }
  family(page, GAUGE, "spacesift_spaces", "", "Spaces by verdict.");
  for (size_t i = 0; i < summary->verdict_count; i++) {
    begin(page);
    label(page, true, "verdict", summary->verdicts[i]);
    label(page, false, "severity", sift_severity_name(summary->verdict_severities[i]));
    fputc('}', page->out);
    value(page, summary->verdict_counts[i]);
  }
  simple(page, GAUGE, "spacesift_spaces_need_someone", "", "Spaces with a verdict of severity error or worse.",
         summary->need_someone);
  simple(page, GAUGE, "spacesift_spaces_overflow", "", "Spaces over the cap, which are not told apart; an estimate.",
         sift_sketch_estimate(&sift_view_fleet(view)->overflow));
  family(page, GAUGE, "spacesift_incidents", "", "Incidents known, by class.");
  for (size_t i = 0; i < ruleset->class_count; i++) {
    uint64_t count = 0;
    for (size_t k = 0; k < incidents->count; k++) {
      count += incidents->items[k].series.class_index == i;
    }
    if (ruleset->classes[i].incident || ruleset->classes[i].phrases) {
      labelled(page, "class", ruleset->classes[i].id, count);
    }
  }
  simple(page, GAUGE, "spacesift_view_size_bytes", "bytes", "Memory of the view that is served.", sift_view_bytes(view));
  family(page, GAUGE, "spacesift_view_timestamp_seconds", "seconds", "The time that the view speaks of.");
  seconds(page, sift_view_now(view) == SIFT_TIME_NONE ? 0 : (double)sift_view_now(view) / 1e9);
  family(page, INFO, "spacesift_ruleset", "", "The rule set in use.");
  begin(page);
  label(page, true, "name", ruleset->name);
  label(page, false, "version", ruleset->version);
  label(page, false, "hash", ruleset->hash_text);
  fputc('}', page->out);
  value(page, 1);
}

static void write_http(struct page *page, const struct sift_metrics_http *http) {
  static const char *const codes[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
  family(page, COUNTER, "spacesift_http_requests", "", "Answers of the HTTP side, by kind of status.");
  for (size_t i = 1; i < 6; i++) {
    labelled(page, "code", codes[i], http->requests[i]);
  }
  simple(page, GAUGE, "spacesift_http_connections", "", "Connections of the HTTP side.", http->connections);
  simple(page, COUNTER, "spacesift_http_connections_accepted", "", "Connections that the HTTP side accepted.",
         http->connections_accepted);
  simple(page, GAUGE, "spacesift_http_streams", "", "Readers of the stream of events.", http->streams);
  simple(page, COUNTER, "spacesift_http_streams_cut", "", "Readers that were cut off for being slow.", http->streams_cut);
  simple(page, COUNTER, "spacesift_http_event_blocks_dropped", "", "Blocks of events that came too fast for the stream.",
         http->events_dropped);
}

static void write_process(struct page *page) {
  const struct sift_metrics *metrics = page->metrics;
  family(page, INFO, "spacesift_build", "", "The program.");
  begin(page);
  label(page, true, "version", SIFT_VERSION);
  label(page, false, "compiler", __VERSION__);
  fputc('}', page->out);
  value(page, 1);
  simple(page, GAUGE, "spacesift_ready", "", "1: /readyz says yes.", metrics->ready);
  family(page, GAUGE, "process_start_time_seconds", "seconds", "Start of the process, Unix time.");
  seconds(page, (double)metrics->started_ns / 1e9);
  if (metrics->resident_bytes > 0) {
    simple(page, GAUGE, "process_resident_memory_bytes", "bytes", "Resident memory.", metrics->resident_bytes);
  }
  if (metrics->open_files > 0) {
    simple(page, GAUGE, "process_open_fds", "", "Open file descriptors.", metrics->open_files);
  }
}

void sift_metrics_write(FILE *out, enum sift_metrics_format format, const struct sift_metrics *metrics) {
  struct page page = {.out = out, .open = format == SIFT_METRICS_OPEN, .metrics = metrics};
  write_input(&page);
  write_connections(&page);
  write_work(&page);
  if (metrics->server != NULL) {
    write_server(&page, metrics->server);
    write_outside(&page, metrics);
  }
  if (metrics->journal.present) {
    write_journal(&page, &metrics->journal);
  }
  if (metrics->view != NULL) {
    write_view(&page, metrics->view);
  }
  if (metrics->http != NULL) {
    write_http(&page, metrics->http);
  }
  write_process(&page);
  if (page.open) {
    fputs("# EOF\n", out);
  }
}

/* --- the process ------------------------------------------------------------------------------------------------------- */

uint64_t sift_metrics_resident(void) {
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL) {
    return 0;
  }
  char line[128];
  char *read = fgets(line, sizeof line, file);
  fclose(file);
  const char *second = read != NULL ? strchr(line, ' ') : NULL;
  long page = sysconf(_SC_PAGESIZE);
  return second != NULL && page > 0 ? strtoull(second, NULL, 10) * (uint64_t)page : 0;
}

uint64_t sift_metrics_open_files(void) {
  DIR *directory = opendir("/proc/self/fd");
  if (directory == NULL) {
    return 0;
  }
  uint64_t count = 0;
  for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
    count += entry->d_name[0] != '.';
  }
  closedir(directory);
  return count > 0 ? count - 1 : 0; /* the directory's own */
}
