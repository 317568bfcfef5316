#include "tools/spacesift/scan_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/stamp.h"
#include "tools/spacesift/cli.h"
#include "tools/spacesift/limits.h"

static const char help_text[] =
    "Usage: spacesift scan [OPTION...] PATH...\n\n"
    "Reads log shards (files, directories, '-' for standard input; plain, zstd or gzip, told by\n"
    "their first bytes), and reports what is wrong with each Space.\n\n"
    "Input:\n"
    "      --files-from FILE  read paths from FILE, one a line ('-': standard input)\n"
    "      --format F         raw, jsonl, sse, or auto (default): how records stand in a shard\n"
    "      --field F          jsonl: where the fields stand, e.g. text=log,space=k8s.labels.space,\n"
    "                         channel=kind,time=ts; or the preset 'spaces' (the log API's form)\n"
    "      --layout L         where paths name Space and channel (default: {owner}/{name}/{channel}.{*}\n"
    "                         and the like)\n"
    "      --space NAME       the Space of lines whose record and path name none (owner/name)\n"
    "      --channel NAME     the channel of such lines, e.g. build or run\n"
    "      --facts FILE       what is known of Spaces from outside their logs: JSON Lines, or the Hub's JSON;\n"
    "                         for the report, not for events and state\n"
    "      --status FILE      the platform's status page as JSON\n"
    "      --window-log N     largest zstd window, 2^N bytes (10 to 31, default 27)\n\n"
    "Rules:\n"
    "      --rules PATH       a rule set of your own instead of the built-in pack\n"
    "      --no-cache         compile the rules anew and keep nothing on disk\n\n"
    "Output:\n"
    "      --report R         text (default), json, jsonl or none\n"
    "      --json             the same as --report json\n"
    "  -o, --output FILE      where the report goes (default '-': standard output)\n"
    "      --events FILE      write a msgpack event for each hit ('-': standard output; .zst compresses)\n"
    "      --state FILE       write the tallies, for merge, report and explain\n"
    "      --top N            text: how many Spaces to show (default " SIFT_TOP_TEXT ", 0: all)\n"
    "      --now TIME         the time the report speaks of (default: the newest time in the logs)\n"
    "  -q, --quiet            no progress line, no warnings about rules\n\n"
    "Work:\n"
    "  -j, --jobs N           threads (default: the cores this process may use)\n"
    "      --spaces-max N     keep at most N Spaces apart (default " SIFT_SPACES_MAX_TEXT ")\n"
    "      --scan-mode M      adaptive (default), sampler, batch or lines: the same result at another speed\n"
    "  -h, --help             this text\n";

enum {
  OPT_FILES = 256,
  OPT_FORMAT,
  OPT_FIELD,
  OPT_LAYOUT,
  OPT_WINDOW,
  OPT_RULES,
  OPT_NO_CACHE,
  OPT_REPORT,
  OPT_EVENTS,
  OPT_STATE,
  OPT_TOP,
  OPT_NOW,
  OPT_SPACES,
  OPT_MODE,
  OPT_SPACE,
  OPT_CHANNEL,
  OPT_JSON,
  OPT_FACTS,
  OPT_STATUS
};

static const struct option known[] = {
    {"files-from", required_argument, NULL, OPT_FILES},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"field", required_argument, NULL, OPT_FIELD},
    {"layout", required_argument, NULL, OPT_LAYOUT},
    {"window-log", required_argument, NULL, OPT_WINDOW},
    {"rules", required_argument, NULL, OPT_RULES},
    {"no-cache", no_argument, NULL, OPT_NO_CACHE},
    {"report", required_argument, NULL, OPT_REPORT},
    {"output", required_argument, NULL, 'o'},
    {"json", no_argument, NULL, OPT_JSON},
    {"space", required_argument, NULL, OPT_SPACE},
    {"channel", required_argument, NULL, OPT_CHANNEL},
    {"events", required_argument, NULL, OPT_EVENTS},
    {"state", required_argument, NULL, OPT_STATE},
    {"top", required_argument, NULL, OPT_TOP},
    {"now", required_argument, NULL, OPT_NOW},
    {"spaces-max", required_argument, NULL, OPT_SPACES},
    {"scan-mode", required_argument, NULL, OPT_MODE},
    {"facts", required_argument, NULL, OPT_FACTS},
    {"status", required_argument, NULL, OPT_STATUS},
    {"jobs", required_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static bool parse_mode(const char *word, enum sift_scan_mode *out) {
  static const char *const names[] = {"adaptive", "sampler", "batch", "lines"};
  for (int i = 0; i < 4; i++) {
    if (strcmp(word, names[i]) == 0) {
      *out = (enum sift_scan_mode)i;
      return true;
    }
  }
  return false;
}

/* Numbers, and words out of a list. */
static int take_value(struct sift_scan_options *options, int option, const char *value) {
  uint64_t number = 0;
  char error[160];
  switch (option) {
  case 'j':
    if (!sift_parse_number(value, 1, 1024, &number)) {
      return sift_usage("scan", "-j takes a number of threads from 1 to 1024, not '%s'", value);
    }
    options->jobs = (unsigned)number;
    return SIFT_EXIT_OK;
  case OPT_WINDOW:
    if (!sift_parse_number(value, 10, 31, &number)) {
      return sift_usage("scan", "--window-log takes a number from 10 to 31, not '%s'", value);
    }
    options->window_log_max = (unsigned)number;
    return SIFT_EXIT_OK;
  case OPT_TOP:
    return sift_parse_number(value, 0, UINT32_MAX, &options->top)
               ? SIFT_EXIT_OK
               : sift_usage("scan", "--top takes a whole number, not '%s'", value);
  case OPT_SPACES:
    return sift_parse_number(value, 1, UINT32_MAX, &options->spaces_max)
               ? SIFT_EXIT_OK
               : sift_usage("scan", "--spaces-max takes a whole number from 1, not '%s'", value);
  case OPT_NOW:
    options->now_ns = sift_stamp_parse(sift_span_of(value));
    return options->now_ns != SIFT_TIME_NONE
               ? SIFT_EXIT_OK
               : sift_usage("scan", "--now takes a time such as 2026-01-31T12:00:00Z, not '%s'", value);
  case OPT_FORMAT:
    return sift_format_parse(sift_span_of(value), &options->format)
               ? SIFT_EXIT_OK
               : sift_usage("scan", "--format takes auto, raw, jsonl or sse, not '%s'", value);
  case OPT_REPORT:
    return sift_report_kind_parse(value, &options->report)
               ? SIFT_EXIT_OK
               : sift_usage("scan", "--report takes text, json, jsonl or none, not '%s'", value);
  case OPT_SPACE:
    options->space = value;
    return sift_space_name_valid(sift_span_of(value))
               ? SIFT_EXIT_OK
               : sift_usage("scan", "--space takes owner/name of letters, digits, '.', '_' and '-', not '%s'", value);
  case OPT_MODE:
    return parse_mode(value, &options->mode)
               ? SIFT_EXIT_OK
               : sift_usage("scan", "--scan-mode takes adaptive, sampler, batch or lines, not '%s'", value);
  default:
    return sift_fields_parse(&options->fields, value, error, sizeof error) == SIFT_OK ? SIFT_EXIT_OK
                                                                                      : sift_usage("scan", "--field: %s", error);
  }
}

static int take(struct sift_scan_options *options, int option, char *value) {
  switch (option) {
  case OPT_FILES:
    options->files_from = value;
    return SIFT_EXIT_OK;
  case OPT_LAYOUT:
    options->layout = value;
    return SIFT_EXIT_OK;
  case OPT_CHANNEL:
    options->channel = value;
    return SIFT_EXIT_OK;
  case OPT_FACTS:
    options->known.facts = value;
    return SIFT_EXIT_OK;
  case OPT_STATUS:
    options->known.status = value;
    return SIFT_EXIT_OK;
  case OPT_JSON:
    options->report = SIFT_REPORT_JSON;
    return SIFT_EXIT_OK;
  case OPT_RULES:
    options->rules = value;
    return SIFT_EXIT_OK;
  case OPT_NO_CACHE:
    options->no_cache = true;
    return SIFT_EXIT_OK;
  case 'o':
    options->output = value;
    return SIFT_EXIT_OK;
  case OPT_EVENTS:
    options->events = value;
    return SIFT_EXIT_OK;
  case OPT_STATE:
    options->state = value;
    return SIFT_EXIT_OK;
  case 'q':
    options->quiet = true;
    return SIFT_EXIT_OK;
  default:
    return take_value(options, option, value);
  }
}

static unsigned to_stdout(const char *path) {
  return path != NULL && strcmp(path, "-") == 0;
}

static bool same(const char *a, const char *b) {
  return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static int check(struct sift_scan_options *options) {
  bool report = options->report != SIFT_REPORT_NONE;
  const char *output = report ? options->output : NULL;
  if (to_stdout(options->events) + to_stdout(options->state) + (report && to_stdout(options->output)) > 1) {
    return sift_usage("scan", "only one of report, events and state can go to standard output: name a file for the others, "
                              "or say --report none");
  }
  const char *shared = same(options->events, options->state) || same(options->state, output) ? options->state
                       : same(options->events, output)                                       ? output
                                                                                             : NULL;
  if (shared != NULL) {
    return sift_usage("scan", "two outputs cannot share the file '%s': give each a name of its own", shared);
  }
  if (options->path_count == 0 && options->files_from == NULL) {
    if (isatty(STDIN_FILENO) == 1) {
      return sift_usage("scan", "no input is given: name files or directories, or '-' for standard input");
    }
    return sift_usage("scan", "no input is given: say '-' to read standard input");
  }
  return SIFT_EXIT_OK;
}

static bool reads_stdin(const struct sift_scan_options *options) {
  bool reads = same(options->files_from, "-");
  for (size_t i = 0; i < options->path_count; i++) {
    reads = reads || same(options->paths[i], "-");
  }
  return reads;
}

int sift_scan_options_parse(struct sift_scan_options *options, int argc, char **argv, bool *done) {
  *options = (struct sift_scan_options){
      .jobs = sift_cores(),
      .report = SIFT_REPORT_TEXT,
      .output = "-",
      .now_ns = SIFT_TIME_NONE,
      .spaces_max = SIFT_SPACES_MAX,
      .top = SIFT_TOP,
      .window_log_max = 27,
      .mode = SIFT_SCAN_ADAPTIVE,
  };
  *done = false;
  optind = 0;
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, ":j:o:qh", known, NULL)) != -1;) {
    if (c == 'h') {
      fputs(help_text, stdout);
      *done = true;
      return SIFT_EXIT_OK;
    }
    int status = c == '?' || c == ':' ? sift_bad_option("scan", c, argv, known) : take(options, c, optarg);
    if (status != SIFT_EXIT_OK) {
      return status;
    }
  }
  if (options->fields.given && options->format == SIFT_FORMAT_AUTO) {
    options->format = SIFT_FORMAT_JSONL; /* whoever names fields has records */
  }
  options->known.space = options->space;
  options->known.now_ns = options->now_ns;
  options->paths = argv + optind;
  options->path_count = (size_t)(argc - optind);
  options->known.stdin_taken = reads_stdin(options);
  return check(options);
}
