#include "tools/spacesift/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <getopt.h>

#include "engine/harmless.h"
#include "patterns/cache.h"
#include "patterns/loader.h"
#include "patterns/nearest.h"

/* Messages quote what was typed, names of files and what stands in them: as one line that cannot steer a terminal. */
static void say(const char *format, va_list arguments) {
  char *message = NULL;
  if (vasprintf(&message, format, arguments) < 0) {
    message = NULL;
  }
  fputs("spacesift: ", stderr);
  sift_harmless_print(sift_span_of(message != NULL ? message : sift_status_text(SIFT_ENOMEM)), stderr);
  fputc('\n', stderr);
  free(message);
}

void sift_say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

int sift_usage(const char *command, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
  fprintf(stderr, "Try 'spacesift %s --help'.\n", command);
  return SIFT_EXIT_USAGE;
}

/* The long option that `word` was meant to be, or NULL. */
static const char *meant(const char *word, const struct option *known) {
  struct sift_nearest nearest = sift_nearest_to(sift_span(word + 2, strcspn(word + 2, "=")));
  for (; known->name != NULL; known++) {
    sift_nearest_try(&nearest, known->name);
  }
  return nearest.best;
}

int sift_bad_option(const char *command, int result, char **argv, const struct option *known) {
  const char *word = argv[optind - 1];
  if (result == ':') {
    return sift_usage(command, "option '%s' needs a value", word);
  }
  if (optopt != 0 && strncmp(word, "--", 2) != 0) {
    return sift_usage(command, "there is no option '-%c'", optopt);
  }
  const char *near = optopt == 0 && strncmp(word, "--", 2) == 0 ? meant(word, known) : NULL;
  if (near != NULL) {
    return sift_usage(command, "there is no option '%s'; did you mean '--%s'?", word, near);
  }
  return sift_usage(command, optopt != 0 ? "option '%s' takes no value" : "there is no option '%s', or it is short for several",
                    word);
}

bool sift_parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out) {
  if (text[0] < '0' || text[0] > '9') {
    return false;
  }
  char *end = NULL;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (errno != 0 || *end != '\0' || value < low || value > high) {
    return false;
  }
  *out = value;
  return true;
}

static void print_problems(struct sift_problems *problems, bool verbose) {
  if (problems->errors > 0 || verbose) {
    sift_problems_print(problems, stderr);
  }
}

int sift_rules_open(struct sift_rules *rules, const char *path, bool compile, bool use_cache, bool verbose) {
  *rules = (struct sift_rules){0};
  struct sift_problems problems;
  sift_problems_init(&problems);
  enum sift_status status = sift_rules_load_kept(&rules->ruleset, path, compile && use_cache, &problems);
  if (status == SIFT_OK && compile) {
    status = sift_rules_compile(&rules->database, rules->ruleset, use_cache, &problems);
  }
  print_problems(&problems, verbose);
  if (status != SIFT_OK) {
    sift_say("cannot use the rules%s%s: %s", path != NULL ? " in " : "", path != NULL ? path : "",
             problems.errors > 0 ? "mend what is said above, then run 'spacesift rules check'" : sift_status_text(status));
    sift_rules_close(rules);
  }
  sift_problems_release(&problems);
  return status == SIFT_OK ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

void sift_rules_close(struct sift_rules *rules) {
  sift_database_free(rules->database);
  sift_ruleset_free(rules->ruleset);
  *rules = (struct sift_rules){0};
}

bool sift_colour_wanted(void *stream) {
  const char *no_color = getenv("NO_COLOR");
  const char *term = getenv("TERM");
  bool refused = (no_color != NULL && no_color[0] != '\0') || term == NULL || strcmp(term, "dumb") == 0;
  return !refused && isatty(fileno(stream)) == 1;
}
