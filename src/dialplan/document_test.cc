// dialplan/document_test.cc - preprocessing, and places in the original files.
#include "dialplan/document.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace dialplan {
namespace {

/// Files in a directory of their own that goes with the test.
class Files {
 public:
  Files() {
    static int count = 0;
    root_ = std::filesystem::temp_directory_path() /
            ("ahoy-document-" + std::to_string(::getpid()) + '-' + std::to_string(count++));
    std::filesystem::create_directories(root_);
  }
  ~Files() { std::filesystem::remove_all(root_); }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << text;
  }
  std::string path(const std::string& name = {}) const { return (root_ / name).string(); }

 private:
  std::filesystem::path root_;
};

Document parsed(std::string_view xml, const call::Variables& presets = {}) {
  auto document = Document::parse(xml, "t.xml", ".", presets);
  EXPECT_TRUE(document) << (document ? "" : document.error().front().text());
  return std::move(*document);
}

Finding fault(std::string_view xml) {
  const auto document = Document::parse(xml, "t.xml", ".");
  EXPECT_FALSE(document);
  return document ? Finding{} : document.error().back();
}

TEST(Document, ElementsAndText) {
  const auto document =
      parsed("<?xml version=\"1.0\"?>\n<a x='1'>\n  <b n=\"&lt;&#65;&gt;\">t<![CDATA[<&>]]></b><b/>\n</a>");
  const auto root = document.root();
  EXPECT_EQ(root.name(), "a");
  EXPECT_EQ(root.attribute("x"), "1");
  EXPECT_FALSE(root.has("y"));
  EXPECT_EQ(root.children("b").size(), 2U);
  EXPECT_EQ(root.child("b").attribute("n"), "<A>");
  EXPECT_EQ(root.child("b").text(), "t<&>");
  EXPECT_EQ(root.child("b").place(), (Place{"t.xml", 3, 3}));
  EXPECT_EQ(root.child("b").place("n"), (Place{"t.xml", 3, 6}));
  EXPECT_FALSE(root.child("none").child("deeper"));
}

TEST(Document, CFG_SetAndGlobals) {
  const auto document = parsed(
      "<a><X-PRE-PROCESS cmd=\"set\" data=\" x = 1 \"/><!--#set \"y=$${x}2\"-->"
      "<b v=\"$${y}-$${preset}-$${none}\"/></a>",
      {{"preset", "p"}});
  EXPECT_EQ(document.root().child("b").attribute("v"), "12-p-");
  EXPECT_EQ(document.globals().get("x"), "1");
}

TEST(Document, PlacesSurviveReplacedValues) {
  const auto document =
      parsed("<a><X-PRE-PROCESS cmd='set' data='x=long\nvalue'/>\n<b v='$${x}' w='1'/>\n<c/></a>");
  EXPECT_EQ(document.root().child("b").place(), (Place{"t.xml", 3, 1}));
  EXPECT_EQ(document.root().child("b").place("w"), (Place{"t.xml", 3, 14}));
  EXPECT_EQ(document.root().child("c").place(), (Place{"t.xml", 4, 1}));
}

TEST(Document, CFG_IncludesInOrderWithPlaces) {
  const Files files;
  files.write("freeswitch.xml",
              "<document>\n  <X-PRE-PROCESS cmd=\"include\" data=\"sub/*.xml\"/>\n  <end/>\n</document>");
  files.write("sub/b.xml", "<include>\n\n    <two/></include>");
  files.write("sub/a.xml", "<include><one/><X-PRE-PROCESS cmd=\"include\" data=\"deep/c.xml\"/></include>");
  files.write("sub/deep/c.xml", "\xEF\xBB\xBF<deep/>");
  const auto document = Document::load(files.path("freeswitch.xml"));
  ASSERT_TRUE(document);
  const auto children = document->root().children();
  ASSERT_EQ(children.size(), 4U);
  EXPECT_EQ(children[0].name(), "one");
  EXPECT_EQ(children[1].name(), "deep");
  EXPECT_EQ(children[1].place(), (Place{files.path("sub/deep/c.xml"), 1, 1}));
  EXPECT_EQ(children[2].place(), (Place{files.path("sub/b.xml"), 3, 5}));
  EXPECT_EQ(children[3].place(), (Place{files.path("freeswitch.xml"), 3, 3}));
}

TEST(Document, IncludeLoopsEnd) {
  const Files files;
  files.write("freeswitch.xml", "<a><X-PRE-PROCESS cmd='include' data='freeswitch.xml'/></a>");
  const auto document = Document::load(files.path("freeswitch.xml"));
  ASSERT_FALSE(document);
  EXPECT_NE(document.error().back().message.find("100 deep"), std::string::npos);
}

TEST(Document, MissingFiles) {
  const auto none = Document::load("/nonexistent/freeswitch.xml");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error()[0].message.find("cannot read"), std::string::npos);
  const auto document = parsed("<a><X-PRE-PROCESS cmd='include' data='/nonexistent/x.xml'/></a>");
  ASSERT_EQ(document.findings().size(), 1U);
  EXPECT_EQ(document.findings()[0].severity, Severity::warning);
}

TEST(Document, SEC_CommandsAreNotRun) {
  const auto document = parsed(
      "<a>\n <X-PRE-PROCESS cmd=\"exec\" data=\"touch /tmp/x\"/><X-PRE-PROCESS cmd='stun-set' "
      "data='a=b'/></a>");
  ASSERT_EQ(document.findings().size(), 2U);
  EXPECT_EQ(document.findings()[0].place, (Place{"t.xml", 2, 2}));
  EXPECT_NE(document.findings()[0].message.find("exec is not run"), std::string::npos);
  EXPECT_EQ(document.globals().get("a"), "");
}

TEST(Document, MisspeltCommandIsSuggested) {
  const auto document = parsed("<a><X-PRE-PROCESS cmd=\"inclde\" data=\"x\"/></a>");
  ASSERT_EQ(document.findings().size(), 1U);
  EXPECT_NE(document.findings()[0].message.find("did you mean 'include'?"), std::string::npos);
}

TEST(Document, EnvironmentVariables) {
  ::setenv("AHOY_DOCUMENT_TEST", "from environment", 1);
  EXPECT_EQ(parsed("<a><X-PRE-PROCESS cmd='env-set' data='x=$AHOY_DOCUMENT_TEST'/></a>").globals().get("x"),
            "from environment");
}

TEST(Document, CommentedDirectivesDoNothing) {
  const auto document = parsed("<a><!-- <X-PRE-PROCESS cmd=\"set\" data=\"x=1\"/> --><!--#comment x --></a>");
  EXPECT_EQ(document.globals().get("x"), "");
  ASSERT_EQ(document.findings().size(), 1U);
  EXPECT_EQ(document.findings()[0].severity, Severity::note);
}

TEST(Document, MalformedXmlSaysWhere) {
  auto finding = fault("<a>\n  <b>\n  </c>\n</a>");
  EXPECT_EQ(finding.place, (Place{"t.xml", 3, 3}));
  EXPECT_NE(finding.message.find("<b> was opened at t.xml:2:3"), std::string::npos);
  EXPECT_NE(fault("<a>\n <b>").message.find("<b> is never closed"), std::string::npos);
  // T-01: a quote is missing in hour="8-16 break="never".
  finding = fault("<a>\n<condition hour=\"8-16 break=\"never\"/>\n</a>");
  EXPECT_EQ(finding.place.line, 2U);
  EXPECT_NE(finding.message.find("quote"), std::string::npos);
  EXPECT_NE(fault("</a>").message, "");
  EXPECT_NE(fault("<a><!-- x</a>").message.find("-->"), std::string::npos);
  EXPECT_NE(fault("").message, "");
}

TEST(Document, ATagThatIsLeftOpenStandsInItsOwnFile) {
  for (const std::string_view open : {"<two name=\"x\"", "<two name=\"x", "<two", "</include", "<two name=\"x value=\"y\"/>"}) {
    const Files files;
    files.write("freeswitch.xml", "<document>\n<X-PRE-PROCESS cmd=\"include\" data=\"*.part\"/>\n</document>");
    files.write("a.part", "<include>\n <one/>\n  " + std::string{open} + "\n");
    files.write("b.part", "<include><three name=\"z\"/></include>");
    const auto document = Document::load(files.path("freeswitch.xml"));
    ASSERT_FALSE(document) << open;
    const auto& finding = document.error().back();
    EXPECT_EQ(finding.place.file, files.path("a.part")) << open << ": " << finding.text();
    EXPECT_EQ(finding.place.line, 3U) << open << ": " << finding.text();
  }
}

TEST(Document, DepthIsBounded) {
  std::string deep;
  for (unsigned i = 0; i < xml::depth_max + 2; ++i) deep += "<a>";
  EXPECT_NE(fault(deep).message.find("too deeply"), std::string::npos);
}

TEST(Document, Sections) {
  const auto document = parsed(
      "<document><section name='dialplan'/><section name='configuration'>"
      "<configuration name='a.conf'/></section><section name='dialplan'/></document>");
  EXPECT_EQ(document.sections("dialplan").size(), 2U);
  EXPECT_TRUE(document.configuration("a.conf"));
  EXPECT_FALSE(document.configuration("b.conf"));
}

}  // namespace
}  // namespace dialplan
