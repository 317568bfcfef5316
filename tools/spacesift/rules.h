/* What the actions of `spacesift rules` share. */
#ifndef SIFT_TOOLS_RULES_H
#define SIFT_TOOLS_RULES_H

#include "engine/json.h"
#include "engine/ruleset.h"
#include "tools/spacesift/terminal.h"

enum { SIFT_TEST_PATHS_MAX = 256 };

struct sift_rules_options {
  const char *path;                       /* of the rules; NULL: the built-in pack */
  const char *output;                     /* compile */
  const char *id;                         /* show */
  const char *cases[SIFT_TEST_PATHS_MAX]; /* test: files of labelled cases */
  size_t case_count;
  const char *negatives[SIFT_TEST_PATHS_MAX]; /* test: logs in which nothing may be found */
  size_t negative_count;
  const char *profile[SIFT_TEST_PATHS_MAX]; /* compile: logs that tell what is common */
  size_t profile_count;
  bool json, hsbench, help;
};

/* The actions; each returns an exit status. */
int sift_rules_run_check(const struct sift_rules_options *options);
int sift_rules_run_list(const struct sift_rules_options *options);
int sift_rules_run_show(const struct sift_rules_options *options);
int sift_rules_run_compile(const struct sift_rules_options *options);
int sift_rules_run_test(const struct sift_rules_options *options);
int sift_rules_run_export(const struct sift_rules_options *options);

/* How one pattern is decided. */
enum sift_decider {
  SIFT_BY_HYPERSCAN,
  SIFT_BY_PCRE,   /* Hyperscan lets lines through that may match, PCRE2 decides */
  SIFT_BY_NOBODY, /* neither takes it */
};

/* A pattern to ask about. */
struct sift_probe {
  const struct sift_pattern *pattern;
  enum sift_decider decider; /* the answer */
  size_t number;             /* private: where it stood */
};

/* Finds out who decides each, by compiling them: about what compiling a rule set of them costs. SIFT_ENOMEM or SIFT_EENGINE where that cannot be done. */
enum sift_status sift_rules_probe(struct sift_probe *probes, size_t count);

/* A table of all rules, for people and as one JSON document. */
void sift_rules_list(struct sift_text *text, const struct sift_ruleset *ruleset);
void sift_rules_list_json(struct sift_json *json, const struct sift_ruleset *ruleset);

/* All that a rule says, and how each of its patterns is decided. */
enum sift_status sift_rules_show(struct sift_text *text, const struct sift_ruleset *ruleset, const struct sift_rule *rule);

/* The wake database's patterns in the form of Hyperscan's hsbench: `<id>:/<pattern>/<flags>`, ids from 1. */
enum sift_status sift_rules_export(struct sift_text *text, const struct sift_ruleset *ruleset);

/* "build, run", or "all". */
void sift_rules_channels(char *out, size_t size, const struct sift_ruleset *ruleset, const struct sift_rule *rule);

#endif
