// One case from the police to everybody it concerns, and one from each of the others; what every
// native side holds in the end, compared whole with what it must hold.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_STORY_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_STORY_H_

namespace amana::five {

struct StoryOptions {
  bool json = false;
  bool keep = false;  // the folder, where it fails
  bool show = false;  // print the records
};

// 0 when everything was as it must be; else says on stderr what was not.
int RunStory(const StoryOptions& options);

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_STORY_H_
