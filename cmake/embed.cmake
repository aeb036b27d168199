# ahoy_embed(OUT DIRECTORY): writes a source file that holds every file of DIRECTORY as text, so that the program is
# one file that can make a configuration anywhere.
function(ahoy_embed out directory)
  file(GLOB_RECURSE files RELATIVE ${directory} CONFIGURE_DEPENDS ${directory}/*.xml)
  set(text "// Written by cmake/embed.cmake from ${directory}.\n#include \"main/first_configuration.h\"\n\nnamespace ahoy {\n\n")
  string(APPEND text "std::span<const TemplateFile> configuration_templates() {\n  static constexpr TemplateFile files[]{\n")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${directory}/${file})
    file(READ ${directory}/${file} content)
    string(APPEND text "      {\"${file}\", R\"ahoy(${content})ahoy\"},\n")
  endforeach()
  string(APPEND text "  };\n  return files;\n}\n\n}  // namespace ahoy\n")
  file(GENERATE OUTPUT ${out} CONTENT "${text}")
endfunction()
