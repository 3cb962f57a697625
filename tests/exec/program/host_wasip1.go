package main

func host() string { return "wasip1" }
