"""Files of graphs: GraphML, GEXF, node-link and Cytoscape JSON, bills of materials, Mermaid, DOT, Newick."""
