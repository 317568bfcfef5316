/* spacesift events: event files → JSON lines, those that were asked for. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/event_json.h"
#include "engine/stamp.h"
#include "ingest/source.h"
#include "tools/spacesift/cli.h"
#include "tools/spacesift/output.h"

static const char help_text[] =
    "Usage: spacesift events FILE... [OPTION...]\n\n"
    "Prints the events that 'spacesift scan --events' wrote as JSON lines. FILE may be compressed (zstd,\n"
    "gzip); '-' is standard input. An option that names what to keep may be given several times.\n\n"
    "      --space S     events of this Space\n"
    "      --class C     events of this class\n"
    "      --rule R      events of this rule\n"
    "      --since T     events at or after T, e.g. 2026-01-31T10:00:00Z; leaves out events without a time\n"
    "      --until T     events before T; leaves out events without a time\n"
    "  -h, --help        this text\n";

enum { JSON_FLUSH = 64 * 1024 };

/* Values of an option, of which an event must have one; none given: all pass. */
struct choice {
  const char **values;
  size_t count;
};

struct filter {
  struct choice spaces, classes, rules;
  int64_t since_ns, until_ns; /* SIFT_TIME_NONE: not asked for */
};

static bool choose(struct choice *choice, const char *value) {
  const char **values = realloc((void *)choice->values, (choice->count + 1) * sizeof *values);
  if (values == NULL) {
    sift_say("out of memory");
    return false;
  }
  values[choice->count++] = value;
  choice->values = values;
  return true;
}

static bool chosen(const struct choice *choice, struct sift_span value) {
  for (size_t i = 0; i < choice->count; i++) {
    if (sift_span_equal(value, sift_span_of(choice->values[i]))) {
      return true;
    }
  }
  return choice->count == 0;
}

static bool in_time(const struct filter *filter, int64_t time_ns) {
  if (filter->since_ns == SIFT_TIME_NONE && filter->until_ns == SIFT_TIME_NONE) {
    return true;
  }
  return time_ns != SIFT_TIME_NONE && time_ns >= filter->since_ns &&
         (filter->until_ns == SIFT_TIME_NONE || time_ns < filter->until_ns);
}

static bool passes(const struct filter *filter, const struct sift_event_record *event) {
  return in_time(filter, event->time_ns) && chosen(&filter->spaces, event->space) && chosen(&filter->classes, event->class_id) &&
         chosen(&filter->rules, event->rule);
}

/* What is being printed, and to where. */
struct printer {
  struct filter filter;
  struct sift_json json;
  struct sift_output output;
  bool at_once; /* someone watches */
};

static enum sift_status flush(struct printer *printer) {
  enum sift_status status = SIFT_ENOMEM;
  if (!printer->json.failed) {
    status = sift_output_write(&printer->output, printer->json.bytes, printer->json.len);
  }
  if (status == SIFT_OK && printer->at_once) {
    fflush(printer->output.file);
  }
  sift_json_clear(&printer->json);
  return status;
}

/* --- files ------------------------------------------------------------------------------------------------------------- */

/* A source of ingest as the reader's input; keeps the source's own error apart from the reader's. */
struct file {
  struct sift_source *source;
  enum sift_status status;
};

static enum sift_status read_source(void *context, char *buffer, size_t size, size_t *got) {
  struct file *file = context;
  file->status = sift_source_read(file->source, buffer, size, got);
  return file->status == SIFT_END ? SIFT_OK : file->status;
}

static enum sift_status print_events(struct printer *printer, struct sift_event_reader *reader) {
  const struct sift_event_record *event = NULL;
  enum sift_status status = SIFT_OK;
  while ((status = sift_event_next(reader, &event)) == SIFT_OK) {
    if (passes(&printer->filter, event)) {
      sift_event_json(&printer->json, event);
      sift_json_raw(&printer->json, sift_span("\n", 1));
    }
    if (printer->json.failed || printer->json.len >= JSON_FLUSH || (printer->at_once && printer->json.len > 0)) {
      enum sift_status flushed = flush(printer);
      if (flushed != SIFT_OK) {
        return flushed;
      }
    }
  }
  return status;
}

/* Says why a file was not read to its end; returns the exit status that it deserves. */
static int complain(const char *path, enum sift_status status, const struct file *file, uint64_t offset) {
  if (status == SIFT_ENOMEM) {
    sift_say("out of memory");
    return SIFT_EXIT_USAGE;
  }
  if (file->status < SIFT_OK) {
    enum sift_reason reason = file->source->reason;
    sift_say("%s: %s (near byte %llu of the file)", path, sift_reason_text(reason < SIFT_REASONS ? reason : SIFT_REASON_CORRUPT),
             (unsigned long long)file->source->consumed);
    return SIFT_EXIT_DAMAGE;
  }
  switch (status) {
  case SIFT_EFORMAT:
    sift_say("%s holds no events: give a file that 'spacesift scan --events' wrote", path);
    return SIFT_EXIT_USAGE;
  case SIFT_EVERSION:
    sift_say("%s holds events of another version of the format: use the program that wrote them", path);
    return SIFT_EXIT_USAGE;
  case SIFT_ETRUNCATED:
    sift_say("%s stops in the middle of an event, which begins at byte %llu of the events", path, (unsigned long long)offset);
    return SIFT_EXIT_DAMAGE;
  default:
    sift_say("%s is damaged from byte %llu of the events on; what follows was not read", path, (unsigned long long)offset);
    return SIFT_EXIT_DAMAGE;
  }
}

static int complain_of_open(const char *path, enum sift_reason reason) {
  if (reason == SIFT_REASON_UNREADABLE) {
    sift_say("cannot read %s: %s", path, strerror(errno));
  } else {
    sift_say("%s: %s", path, reason < SIFT_REASONS ? sift_reason_text(reason) : sift_status_text(SIFT_ENOMEM));
  }
  return SIFT_EXIT_USAGE;
}

static int print_file(struct printer *printer, const char *path) {
  struct file file = {0};
  enum sift_reason reason = SIFT_REASONS;
  errno = 0;
  enum sift_status status = sift_source_open(&file.source, path, NULL, &reason);
  if (status != SIFT_OK) {
    return complain_of_open(path, reason);
  }
  struct sift_event_reader *reader = NULL;
  uint64_t offset = 0;
  status = sift_event_reader_new(&reader, (struct sift_state_input){.read = read_source, .context = &file});
  if (status == SIFT_OK) {
    status = print_events(printer, reader);
    offset = sift_event_reader_offset(reader);
  }
  int result = SIFT_EXIT_OK;
  if (status != SIFT_END) {
    result = printer->output.failed ? SIFT_EXIT_USAGE : complain(path, status, &file, offset);
  }
  sift_event_reader_free(reader);
  sift_source_free(file.source);
  return result;
}

/* --- the command ------------------------------------------------------------------------------------------------------- */

/* False, with a message, where the value is no time. */
static bool parse_time(const char *option, const char *value, int64_t *out) {
  *out = sift_stamp_parse(sift_span_of(value));
  if (*out == SIFT_TIME_NONE) {
    sift_usage("events", "--%s takes a time such as 2026-01-31T10:00:00Z, not '%s'", option, value);
  }
  return *out != SIFT_TIME_NONE;
}

/* -1: help was given. */
static int parse(struct filter *filter, int argc, char **argv) {
  static const struct option known[] = {
      {"space", required_argument, NULL, 's'},
      {"class", required_argument, NULL, 'c'},
      {"rule", required_argument, NULL, 'r'},
      {"since", required_argument, NULL, 'f'},
      {"until", required_argument, NULL, 'u'},
      {"help", no_argument, NULL, 'h'},
      {0},
  };
  optind = 0;
  opterr = 0;
  bool fine = true;
  for (int c = 0; fine && (c = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
    switch (c) {
    case 's':
      fine = choose(&filter->spaces, optarg);
      break;
    case 'c':
      fine = choose(&filter->classes, optarg);
      break;
    case 'r':
      fine = choose(&filter->rules, optarg);
      break;
    case 'f':
      fine = parse_time("since", optarg, &filter->since_ns);
      break;
    case 'u':
      fine = parse_time("until", optarg, &filter->until_ns);
      break;
    case 'h':
      fputs(help_text, stdout);
      return -1;
    default:
      return sift_bad_option("events", c, argv, known);
    }
  }
  if (fine && optind == argc) {
    return sift_usage("events", "no file is given: name what 'spacesift scan --events' wrote, or '-' for standard input");
  }
  return fine ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static int print_files(struct printer *printer, char **paths, int count) {
  int worst = SIFT_EXIT_OK;
  if (!sift_output_open(&printer->output, "-")) {
    return SIFT_EXIT_USAGE;
  }
  printer->at_once = isatty(STDOUT_FILENO) == 1;
  sift_json_init(&printer->json);
  for (int i = 0; i < count && !printer->output.failed; i++) {
    int result = print_file(printer, paths[i]);
    worst = result > worst ? result : worst;
  }
  if (!printer->output.failed && printer->json.len > 0 && flush(printer) != SIFT_OK) {
    worst = SIFT_EXIT_USAGE;
  }
  sift_json_release(&printer->json);
  return sift_output_close(&printer->output, true) ? worst : SIFT_EXIT_USAGE;
}

int sift_command_events(int argc, char **argv) {
  struct printer printer = {.filter = {.since_ns = SIFT_TIME_NONE, .until_ns = SIFT_TIME_NONE}};
  int result = parse(&printer.filter, argc, argv);
  if (result == SIFT_EXIT_OK) {
    result = print_files(&printer, argv + optind, argc - optind);
  }
  free((void *)printer.filter.spaces.values);
  free((void *)printer.filter.classes.values);
  free((void *)printer.filter.rules.values);
  return result < 0 ? SIFT_EXIT_OK : result;
}
