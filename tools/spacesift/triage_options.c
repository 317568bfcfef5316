#include "tools/spacesift/triage_options.h"

#include <getopt.h>
#include <string.h>

#include "engine/stamp.h"
#include "tools/spacesift/limits.h"

enum { OPT_RULES = 256, OPT_REPORT, OPT_JSON, OPT_NOW, OPT_TOP, OPT_SPACES, OPT_FACTS, OPT_STATUS };

static const struct option known[] = {
    {"rules", required_argument, NULL, OPT_RULES},
    {"report", required_argument, NULL, OPT_REPORT},
    {"json", no_argument, NULL, OPT_JSON},
    {"output", required_argument, NULL, 'o'},
    {"now", required_argument, NULL, OPT_NOW},
    {"top", required_argument, NULL, OPT_TOP},
    {"spaces-max", required_argument, NULL, OPT_SPACES},
    {"facts", required_argument, NULL, OPT_FACTS},
    {"status", required_argument, NULL, OPT_STATUS},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int take(struct sift_triage_options *options, int option, char *value) {
  switch (option) {
  case OPT_RULES:
    options->rules = value;
    return SIFT_EXIT_OK;
  case OPT_FACTS:
    options->known.facts = value;
    return SIFT_EXIT_OK;
  case OPT_STATUS:
    options->known.status = value;
    return SIFT_EXIT_OK;
  case OPT_JSON:
    options->kind = SIFT_REPORT_JSON;
    return SIFT_EXIT_OK;
  case 'o':
    options->output = value;
    return SIFT_EXIT_OK;
  case OPT_REPORT:
    return sift_report_kind_parse(value, &options->kind)
               ? SIFT_EXIT_OK
               : sift_usage(options->command, "--report takes text, json, jsonl or none, not '%s'", value);
  case OPT_NOW:
    options->now_ns = sift_stamp_parse(sift_span_of(value));
    return options->now_ns != SIFT_TIME_NONE
               ? SIFT_EXIT_OK
               : sift_usage(options->command, "--now takes a time such as 2026-01-31T12:00:00Z, not '%s'", value);
  case OPT_TOP:
    return sift_parse_number(value, 0, UINT32_MAX, &options->top)
               ? SIFT_EXIT_OK
               : sift_usage(options->command, "--top takes a whole number, not '%s'", value);
  default:
    return sift_parse_number(value, 1, UINT32_MAX, &options->spaces_max)
               ? SIFT_EXIT_OK
               : sift_usage(options->command, "--spaces-max takes a whole number from 1, not '%s'", value);
  }
}

int sift_triage_options_parse(struct sift_triage_options *options, int argc, char **argv, bool *done) {
  options->kind = SIFT_REPORT_TEXT;
  options->output = "-";
  options->now_ns = SIFT_TIME_NONE;
  options->top = SIFT_TOP;
  options->spaces_max = SIFT_SPACES_MAX;
  *done = false;
  optind = 0;
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, ":o:h", known, NULL)) != -1;) {
    if (c == 'h') {
      fputs(options->help, stdout);
      *done = true;
      return SIFT_EXIT_OK;
    }
    int status = c == '?' || c == ':' ? sift_bad_option(options->command, c, argv, known) : take(options, c, optarg);
    if (status != SIFT_EXIT_OK) {
      return status;
    }
  }
  return SIFT_EXIT_OK;
}

int sift_triage_open(struct sift_triage_run *run, const struct sift_triage_options *options, char *const *paths, size_t count) {
  *run = (struct sift_triage_run){0};
  struct sift_known_options asked = options->known;
  asked.now_ns = options->now_ns;
  int status = sift_known_open(&run->known, &asked);
  /* Only the facts' messages are scanned here. */
  bool compile = run->known.facts != NULL;
  status = status == SIFT_EXIT_OK ? sift_rules_open(&run->rules, options->rules, compile, compile, false) : status;
  if (status != SIFT_EXIT_OK) {
    return status;
  }
  if (sift_states_new(&run->states, paths, count, options->spaces_max) != SIFT_OK) {
    sift_say("out of memory");
    return SIFT_EXIT_USAGE;
  }
  struct sift_state_merger *merger = NULL;
  if (sift_states_pass(run->states, &merger) != SIFT_OK) {
    return SIFT_EXIT_USAGE;
  }
  const struct sift_state_header *header = sift_states_header(run->states);
  if (header != NULL && !sift_state_header_matches(header, run->rules.ruleset)) {
    sift_say(
        "the state was made by rule set %s %s (%s), these rules are %s %s (%s): give the same rules with --rules, or scan again",
        header->ruleset_name, header->ruleset_version, header->ruleset_hash, run->rules.ruleset->name, run->rules.ruleset->version,
        run->rules.ruleset->hash_text);
    return SIFT_EXIT_USAGE;
  }
  return SIFT_EXIT_OK;
}

void sift_triage_close(struct sift_triage_run *run) {
  sift_states_free(run->states);
  sift_known_close(&run->known);
  sift_rules_close(&run->rules);
}

static enum sift_status begin_pass(void *context, struct sift_state_merger **out) {
  struct sift_triage_run *run = context;
  run->pass_status = sift_states_pass(run->states, out);
  return run->pass_status;
}

struct sift_report_input sift_triage_input(struct sift_triage_run *run, const struct sift_triage_options *options) {
  struct sift_report_input input = {
      .ruleset = run->rules.ruleset,
      .open = begin_pass,
      .context = run,
      .now_ns = options->now_ns,
      .top = options->top == 0 ? UINT64_MAX : options->top,
  };
  sift_known_tell(&run->known, run->rules.database, &input);
  return input;
}

int sift_triage_failed(const struct sift_triage_run *run, enum sift_status status) {
  if (status == SIFT_ENOMEM) {
    sift_say("out of memory");
  } else if (run->pass_status == SIFT_OK) {
    sift_states_complain(run->states, status);
  }
  return SIFT_EXIT_USAGE;
}
