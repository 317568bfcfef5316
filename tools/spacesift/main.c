/* spacesift: which subcommand is meant. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "patterns/nearest.h"
#include "tools/spacesift/cli.h"

static const struct command {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *summary;
} commands[] = {
    {"scan", sift_command_scan, "read log shards and say what is wrong with each Space"},
    {"serve", sift_command_serve, "take a live stream from log collectors, and answer over HTTP"},
    {"merge", sift_command_merge, "fold the states of several scans into one"},
    {"report", sift_command_report, "triage states that were written before"},
    {"explain", sift_command_explain, "show how the verdict of one Space came about"},
    {"events", sift_command_events, "print event files as JSON lines"},
    {"bench", sift_command_bench, "measure a rule set, and say which rules are dear and why"},
    {"rules", sift_command_rules, "check, list, show, test, compile or export rules"},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void help(FILE *out) {
  fputs("Usage: spacesift COMMAND [OPTION...] [ARGUMENT...]\n\n"
        "Reads the logs of a fleet of Hugging Face Spaces and says, for every Space, what is\n"
        "wrong, which line proves it, and what to do next.\n\nCommands:\n",
        out);
  for (int i = 0; i < COMMANDS; i++) {
    fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].summary);
  }
  fputs("\n'spacesift COMMAND --help' says more of each. Exit status: 0 done, 1 done but some input\n"
        "was damaged, 2 wrong usage, rules or environment.\n",
        out);
}

static int run(int argc, char **argv) {
  const char *word = argc > 1 ? argv[1] : NULL;
  if (word == NULL) {
    help(stderr);
    return SIFT_EXIT_USAGE;
  }
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
    help(stdout);
    return SIFT_EXIT_OK;
  }
  if (strcmp(word, "--version") == 0) {
    printf("spacesift %s (Hyperscan %s, %s)\n", SIFT_VERSION, sift_engine_version(), sift_engine_platform());
    return SIFT_EXIT_OK;
  }
  for (int i = 0; i < COMMANDS; i++) {
    if (strcmp(word, commands[i].name) == 0) {
      return commands[i].run(argc - 1, argv + 1);
    }
  }
  struct sift_nearest nearest = sift_nearest_to(sift_span_of(word));
  char hint[80];
  for (int i = 0; i < COMMANDS; i++) {
    sift_nearest_try(&nearest, commands[i].name);
  }
  sift_nearest_hint(&nearest, "'spacesift --help' lists them all", hint, sizeof hint);
  sift_say("there is no command '%s': %s", word, hint);
  return SIFT_EXIT_USAGE;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN); /* a closed pipe is then a failed write, which is told in words */
  int status = run(argc, argv);
  /* What is still in stdio's buffer; commands that write their own files have told of those. */
  if (fflush(stdout) != 0 && status == SIFT_EXIT_OK) {
    sift_say("cannot write to standard output: %s", strerror(errno));
    status = SIFT_EXIT_USAGE;
  }
  return status;
}
