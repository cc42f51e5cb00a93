"""Files of projects that keep track of models: Ecosystem Graphs and Epoch AI."""
