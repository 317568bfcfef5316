/* spacesift rules: check, list, show, test, compile or export a rule set. */
#include "tools/spacesift/rules.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "patterns/nearest.h"
#include "tools/spacesift/cli.h"

/* `takes` are the letters of the options that the action knows beside --rules and --help. */
static const struct action {
  const char *name;
  int (*run)(const struct sift_rules_options *options);
  const char *takes;
  bool with_id;
  const char *help;
} actions[] = {
    {"check", sift_rules_run_check, "", false,
     "Usage: spacesift rules check [--rules PATH]\n\n"
     "Loads the rules, lints them, compiles them, and runs every example through the combined databases\n"
     "and through PCRE2. Prints all errors and warnings, then one line of summary.\n"
     "Exit status: 0 no errors, 2 errors.\n"},
    {"list", sift_rules_run_list, "j", false,
     "Usage: spacesift rules list [--json] [--rules PATH]\n\n"
     "Lists the rules in order of id.\n\n"
     "      --json          one JSON document with all rules and classes\n"},
    {"show", sift_rules_run_show, "", true,
     "Usage: spacesift rules show ID [--rules PATH]\n\n"
     "Shows all that a rule says, who decides each of its patterns, and which tree nodes ask for it.\n"},
    {"test", sift_rules_run_test, "jcn", false,
     "Usage: spacesift rules test --cases FILE... [--negatives PATH...] [--json] [--rules PATH]\n\n"
     "Runs labelled cases through the rules and the tree, each as the log of a Space of its own, and prints\n"
     "how many got their label, precision and recall of each verdict, and how each wrong one came about.\n"
     "Exit status: 0 all are right, 1 some are wrong, 2 a case or a path is no good.\n\n"
     "      --cases FILE       JSON Lines, one case a line: kind, log, label; may be given again\n"
     "      --negatives PATH   logs in which nothing is a fault: counts hits of severity warning and worse;\n"
     "                         more paths may follow\n"
     "      --json             one JSON document\n"},
    {"compile", sift_rules_run_compile, "op", false,
     "Usage: spacesift rules compile [--profile PATH...] [-o FILE] [--rules PATH]\n\n"
     "Compiles the rules. With --profile the texts by which lines are found are chosen by how rare they are in\n"
     "your logs, and the result is kept in the cache: scan and serve with the same rules take it from there, and\n"
     "bench --profile tells what that gains. What they find is the same, only the speed is not. Profile again\n"
     "when rules or logs change.\n\n"
     "  -o, --output FILE    write the compiled databases there ('-': standard output), to look at or to measure\n"
     "      --profile PATH   logs of an ordinary day, as scan reads them; more paths may follow\n"},
    {"export", sift_rules_run_export, "b", false,
     "Usage: spacesift rules export --hsbench [--rules PATH]\n\n"
     "Writes the patterns that every line is scanned for to standard output.\n\n"
     "      --hsbench       in the form of Hyperscan's own benchmark: <id>:/<pattern>/<flags>\n"},
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static const char common_help[] = "      --rules PATH    a directory of rule files, or one file (default: the built-in pack)\n"
                                  "  -h, --help          this text\n";

static void help(const struct action *action) {
  if (action != NULL) {
    printf("%s%s%s", action->help, strstr(action->help, "      --") != NULL || strstr(action->help, "  -o") != NULL ? "" : "\n",
           common_help);
    return;
  }
  fputs("Usage: spacesift rules ACTION [OPTION...]\n\n"
        "  check     load, lint and compile rules, and run their examples\n"
        "  list      list the rules\n"
        "  show      show one rule\n"
        "  test      run labelled cases, and logs in which nothing may be found\n"
        "  compile   write the compiled databases\n"
        "  export    write the patterns for another tool\n\n",
        stdout);
  fputs(common_help, stdout);
  fputs("\n'spacesift rules ACTION --help' says more of each. docs/rules.md describes the format.\n", stdout);
}

static const struct action *find_action(const char *name) {
  for (int i = 0; i < ACTIONS; i++) {
    if (strcmp(name, actions[i].name) == 0) {
      return &actions[i];
    }
  }
  return NULL;
}

static bool add_path(const char **paths, size_t *count, const char *path) {
  if (*count == SIFT_TEST_PATHS_MAX) {
    return false;
  }
  paths[(*count)++] = path;
  return true;
}

static int too_many(const char *option) {
  return sift_usage("rules", "%s names more than %d paths; name a directory, or put cases together in fewer files", option,
                    SIFT_TEST_PATHS_MAX);
}

static int parse_options(struct sift_rules_options *options, char *seen, int argc, char **argv) {
  static const struct option known[] = {
      {"rules", required_argument, NULL, 'r'},
      {"output", required_argument, NULL, 'o'},
      {"json", no_argument, NULL, 'j'},
      {"hsbench", no_argument, NULL, 'b'},
      {"cases", required_argument, NULL, 'c'},
      {"negatives", required_argument, NULL, 'n'},
      {"profile", required_argument, NULL, 'p'},
      {"help", no_argument, NULL, 'h'},
      {0},
  };
  optind = 0;
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, ":o:h", known, NULL)) != -1;) {
    switch (c) {
    case 'r':
      options->path = optarg;
      break;
    case 'o':
      options->output = optarg;
      break;
    case 'j':
      options->json = true;
      break;
    case 'b':
      options->hsbench = true;
      break;
    case 'c':
      if (!add_path(options->cases, &options->case_count, optarg)) {
        return too_many("--cases");
      }
      break;
    case 'n':
      if (!add_path(options->negatives, &options->negative_count, optarg)) {
        return too_many("--negatives");
      }
      break;
    case 'p':
      if (!add_path(options->profile, &options->profile_count, optarg)) {
        return too_many("--profile");
      }
      break;
    case 'h':
      options->help = true;
      break;
    default:
      return sift_bad_option("rules", c, argv, known);
    }
    if (strchr("ojbcnp", c) != NULL && strchr(seen, c) == NULL) {
      seen[strlen(seen)] = (char)c;
    }
  }
  return SIFT_EXIT_OK;
}

/* Options that another action takes, but not this one. */
static int check_options(const struct action *action, const char *seen) {
  static const struct {
    char letter;
    const char *name;
    const char *action;
  } owners[] = {{'o', "--output", "compile"}, {'j', "--json", "list"},      {'b', "--hsbench", "export"},
                {'c', "--cases", "test"},     {'n', "--negatives", "test"}, {'p', "--profile", "compile"}};
  for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
    if (strchr(seen, owners[i].letter) != NULL && strchr(action->takes, owners[i].letter) == NULL) {
      return sift_usage("rules", "%s goes with 'rules %s', not with 'rules %s'", owners[i].name, owners[i].action, action->name);
    }
  }
  return SIFT_EXIT_OK;
}

static int unknown_action(const char *name) {
  struct sift_nearest nearest = sift_nearest_to(sift_span_of(name));
  for (int i = 0; i < ACTIONS; i++) {
    sift_nearest_try(&nearest, actions[i].name);
  }
  char hint[128];
  sift_nearest_hint(&nearest, "there are check, list, show, test, compile and export", hint, sizeof hint);
  return sift_usage("rules", "there is no action '%s'; %s", name, hint);
}

/* What follows --negatives PATH is more of it. */
static int check_test(struct sift_rules_options *options, int argc, char **argv) {
  if (options->case_count == 0 && options->negative_count == 0) {
    return sift_usage("rules", "say what to test with: 'spacesift rules test --cases FILE.jsonl', or --negatives PATH...");
  }
  for (int i = optind + 1; i < argc; i++) {
    if (options->negative_count == 0) {
      return sift_usage("rules", "'%s' is one word too many; files of cases are each named by --cases FILE", argv[i]);
    }
    if (!add_path(options->negatives, &options->negative_count, argv[i])) {
      return too_many("--negatives");
    }
  }
  return SIFT_EXIT_OK;
}

/* What follows --profile PATH is more of it. */
static int check_compile(struct sift_rules_options *options, int argc, char **argv) {
  for (int i = optind + 1; i < argc; i++) {
    if (options->profile_count == 0) {
      return sift_usage("rules", "'%s' is one word too many; rules from elsewhere are named by --rules PATH", argv[i]);
    }
    if (!add_path(options->profile, &options->profile_count, argv[i])) {
      return too_many("--profile");
    }
  }
  if (options->output == NULL && options->profile_count == 0) {
    return sift_usage("rules", "say where to write the databases: 'spacesift rules compile -o FILE', or --profile LOGS");
  }
  return SIFT_EXIT_OK;
}

static int check_arguments(const struct action *action, struct sift_rules_options *options, int argc, char **argv) {
  if (action->run == sift_rules_run_test) {
    return check_test(options, argc, argv);
  }
  if (action->run == sift_rules_run_compile) {
    return check_compile(options, argc, argv);
  }
  int given = argc - optind - 1;
  if (given > (action->with_id ? 1 : 0)) {
    return sift_usage("rules", "'%s' is one word too many; rules from elsewhere are named by --rules PATH", argv[argc - 1]);
  }
  if (action->with_id && given == 0) {
    return sift_usage("rules", "say which rule: 'spacesift rules show ID'; 'spacesift rules list' lists them");
  }
  options->id = given == 1 ? argv[optind + 1] : NULL;
  if (action->run == sift_rules_run_export && !options->hsbench) {
    return sift_usage("rules", "say in which form: 'spacesift rules export --hsbench'");
  }
  return SIFT_EXIT_OK;
}

int sift_command_rules(int argc, char **argv) {
  struct sift_rules_options options = {0};
  char seen[8] = "";
  int usage = parse_options(&options, seen, argc, argv);
  if (usage != SIFT_EXIT_OK) {
    return usage;
  }
  const char *name = optind < argc ? argv[optind] : NULL;
  const struct action *action = name != NULL ? find_action(name) : NULL;
  if (options.help) {
    help(action);
    return SIFT_EXIT_OK;
  }
  if (name == NULL) {
    return sift_usage("rules", "say what to do: 'spacesift rules check', list, show ID, compile -o FILE or export --hsbench");
  }
  if (action == NULL) {
    return unknown_action(name);
  }
  usage = check_options(action, seen);
  if (usage == SIFT_EXIT_OK) {
    usage = check_arguments(action, &options, argc, argv);
  }
  return usage != SIFT_EXIT_OK ? usage : action->run(&options);
}
