"""Tables as papers and READMEs print them, in Markdown and LaTeX."""
