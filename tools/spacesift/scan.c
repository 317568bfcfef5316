/* spacesift scan: shards → report, events, state. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/spacesift/cli.h"
#include "tools/spacesift/event_output.h"
#include "tools/spacesift/output.h"
#include "tools/spacesift/progress.h"
#include "tools/spacesift/scan_options.h"

/* One run of the subcommand: what was opened, in order. */
struct run {
  struct sift_scan_options options;
  struct sift_rules rules;
  struct sift_known known;
  struct sift_layout *layout;
  struct sift_event_output *events;
  struct sift_output state, report; /* open where their `file` is */
  struct sift_shards shards;
  struct sift_scan *scan;
  struct sift_scan_pass *pass;
  double seconds;
};

static int out_of_memory(void) {
  sift_say("out of memory: use fewer threads (-j) or keep fewer Spaces apart (--spaces-max)");
  return SIFT_EXIT_USAGE;
}

/* ---- input ---- */

static enum sift_status add_listed(struct run *run, FILE *list) {
  char *line = NULL;
  size_t capacity = 0;
  ssize_t len = 0;
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && (len = getline(&line, &capacity, list)) > 0) {
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r')) {
      line[--len] = '\0';
    }
    if (len > 0) {
      status = sift_shards_add(&run->shards, line, run->layout, sift_scan_fleet(run->scan));
    }
  }
  free(line);
  return status;
}

static int add_files_from(struct run *run, const char *path) {
  bool from_stdin = strcmp(path, "-") == 0;
  FILE *list = from_stdin ? stdin : fopen(path, "re");
  if (list == NULL) {
    sift_say("cannot read the list of paths in %s: %s", path, strerror(errno));
    return SIFT_EXIT_USAGE;
  }
  enum sift_status status = add_listed(run, list);
  bool failed = ferror(list) != 0;
  if (!from_stdin) {
    fclose(list);
  }
  if (failed) {
    sift_say("cannot read the list of paths in %s to its end", path);
    return SIFT_EXIT_USAGE;
  }
  return status == SIFT_OK ? SIFT_EXIT_OK : out_of_memory();
}

/* An output that replaced an input would be the end of it. */
static int check_outputs(const struct run *run) {
  const struct sift_scan_options *options = &run->options;
  const char *const outputs[] = {options->events, options->state, options->report != SIFT_REPORT_NONE ? options->output : NULL};
  for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
    struct stat st;
    if (outputs[i] != NULL && stat(outputs[i], &st) == 0 && S_ISREG(st.st_mode) &&
        sift_shards_hold(&run->shards, st.st_dev, st.st_ino)) {
      return sift_usage("scan", "'%s' is among the input and would be overwritten: give the output another name", outputs[i]);
    }
  }
  return SIFT_EXIT_OK;
}

static int list_shards(struct run *run) {
  for (size_t i = 0; i < run->options.path_count; i++) {
    if (sift_shards_add(&run->shards, run->options.paths[i], run->layout, sift_scan_fleet(run->scan)) != SIFT_OK) {
      return out_of_memory();
    }
  }
  if (run->options.files_from != NULL) {
    int status = add_files_from(run, run->options.files_from);
    if (status != SIFT_EXIT_OK) {
      return status;
    }
  }
  sift_shards_sort(&run->shards);
  return check_outputs(run);
}

/* ---- set-up ---- */

/* Before the work, which may take hours: a place that cannot be written to is told at once. */
static bool open_outputs(struct run *run) {
  const struct sift_scan_options *options = &run->options;
  if (options->report != SIFT_REPORT_NONE && !sift_output_open(&run->report, options->output)) {
    return false;
  }
  if (options->state != NULL && !sift_output_open(&run->state, options->state)) {
    return false;
  }
  if (options->events != NULL) {
    run->events = sift_event_output_new(options->events, run->rules.ruleset);
  }
  return options->events == NULL || run->events != NULL;
}

static int open_run(struct run *run) {
  const struct sift_scan_options *options = &run->options;
  char error[160];
  sift_shards_init(&run->shards);
  if (sift_layout_new(&run->layout, options->layout, error, sizeof error) != SIFT_OK) {
    return sift_usage("scan", "--layout: %s", error);
  }
  int status = sift_known_open(&run->known, &options->known);
  if (status != SIFT_EXIT_OK) {
    return status;
  }
  status = sift_rules_open(&run->rules, options->rules, true, !options->no_cache, !options->quiet);
  if (status != SIFT_EXIT_OK) {
    return status;
  }
  if (!open_outputs(run)) {
    return SIFT_EXIT_USAGE;
  }
  const struct sift_scan_config config = {
      .worker =
          {
              .database = run->rules.database,
              .mode = options->mode,
              .events = run->events != NULL ? sift_event_output_sink(run->events) : NULL,
              .spaces_max = options->spaces_max,
          },
      .jobs = options->jobs,
      .format = options->format,
      .fields = options->fields,
      .layout = run->layout,
      .space = sift_span_of(options->space),
      .channel = sift_span_of(options->channel),
      .limits = {.window_log_max = options->window_log_max},
  };
  return sift_scan_new(&run->scan, &config) == SIFT_OK ? SIFT_EXIT_OK : out_of_memory();
}

/* Outputs that are still open were not finished: nothing appears under their names. */
static void close_run(struct run *run) {
  if (run->events != NULL) {
    sift_event_output_finish(run->events, false);
  }
  sift_output_close(&run->state, false);
  sift_output_close(&run->report, false);
  sift_scan_pass_free(run->pass);
  sift_scan_free(run->scan);
  sift_shards_release(&run->shards);
  sift_layout_free(run->layout);
  sift_known_close(&run->known);
  sift_rules_close(&run->rules);
}

/* ---- work ---- */

static int read_shards(struct run *run) {
  struct sift_progress progress = {0};
  struct timespec begun;
  struct timespec ended;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  struct sift_progress_line *line = run->options.quiet ? NULL : sift_progress_start(&progress, &run->shards);
  enum sift_status status = sift_scan_run(run->scan, &run->shards, &progress);
  sift_progress_stop(line);
  clock_gettime(CLOCK_MONOTONIC, &ended);
  run->seconds = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
  if (status == SIFT_ENOMEM) {
    return out_of_memory();
  }
  if (status != SIFT_OK && status != SIFT_EIO) { /* SIFT_EIO: the event output told why */
    sift_say("the scan stopped: %s", sift_status_text(status));
  }
  return status == SIFT_OK ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static enum sift_status open_pass(void *context, struct sift_state_merger **out) {
  struct run *run = context;
  sift_scan_pass_free(run->pass);
  run->pass = NULL;
  enum sift_status status = sift_scan_pass_new(&run->pass, run->scan);
  *out = status == SIFT_OK ? sift_scan_pass_merger(run->pass) : NULL;
  return status;
}

static enum sift_status copy_state(struct run *run, struct sift_state_writer *writer) {
  struct sift_state_merger *merger = NULL;
  enum sift_status status = open_pass(run, &merger);
  const struct sift_space *space = NULL;
  while (status == SIFT_OK && (status = sift_state_merger_next(merger, &space)) == SIFT_OK) {
    status = sift_state_write(writer, space);
  }
  return status == SIFT_END ? sift_state_finish(writer, sift_state_merger_fleet(merger)) : status;
}

static int write_state(struct run *run) {
  struct sift_state_writer *writer = NULL;
  enum sift_status status = sift_state_writer_new(&writer, sift_output_state(&run->state), sift_scan_header(run->scan));
  if (status == SIFT_OK) {
    status = copy_state(run, writer);
  }
  sift_state_writer_free(writer);
  if (status == SIFT_ENOMEM) {
    out_of_memory();
  }
  return sift_output_close(&run->state, status == SIFT_OK) ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static int write_report(struct run *run) {
  struct sift_report_input input = {
      .ruleset = run->rules.ruleset,
      .open = open_pass,
      .context = run,
      .now_ns = run->options.now_ns,
      .top = run->options.top == 0 ? UINT64_MAX : run->options.top,
      .seconds = run->seconds,
  };
  sift_known_tell(&run->known, run->rules.database, &input);
  FILE *out = run->report.file;
  enum sift_status status = sift_report_write(out, &input, run->options.report, sift_colour_wanted(out));
  if (status == SIFT_ENOMEM) {
    out_of_memory();
  }
  return sift_output_close(&run->report, status == SIFT_OK || status == SIFT_EIO) ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static bool damaged(const struct sift_fleet *fleet) {
  for (int reason = 0; reason < SIFT_REASONS; reason++) {
    if (fleet->reasons[reason] > 0 && sift_reason_is_damage((enum sift_reason)reason)) {
      return true;
    }
  }
  return false;
}

static int run_all(struct run *run) {
  int status = list_shards(run);
  if (status == SIFT_EXIT_OK) {
    status = read_shards(run);
  }
  if (run->events != NULL) {
    bool written = sift_event_output_finish(run->events, status == SIFT_EXIT_OK);
    run->events = NULL;
    status = status == SIFT_EXIT_OK && !written ? SIFT_EXIT_USAGE : status;
  }
  if (status == SIFT_EXIT_OK && run->options.state != NULL) {
    status = write_state(run);
  }
  if (status == SIFT_EXIT_OK && run->options.report != SIFT_REPORT_NONE) {
    status = write_report(run);
  }
  bool partial = run->known.partial || damaged(sift_scan_totals(run->scan));
  return status == SIFT_EXIT_OK && partial ? SIFT_EXIT_DAMAGE : status;
}

/* Blocks of so many bytes go back to the system once they are freed. Left to itself glibc keeps ever larger ones, after the first
 * was freed, and a scan would hold for good what it needs at its start and when it seals a tally. */
enum { LARGE_BLOCK_BYTES = 256 * 1024 };

int sift_command_scan(int argc, char **argv) {
  struct run run = {0};
  (void)mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
  bool done = false;
  int status = sift_scan_options_parse(&run.options, argc, argv, &done);
  if (status != SIFT_EXIT_OK || done) {
    return status;
  }
  status = open_run(&run);
  if (status == SIFT_EXIT_OK) {
    status = run_all(&run);
  }
  close_run(&run);
  return status;
}
