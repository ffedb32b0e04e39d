"""driver.py asks the master for one executor a version, wherever the workers are."""

import unittest

import driver


class TheSettings(unittest.TestCase):
    def test_give_all_cores_of_the_job_to_one_executor(self):
        settings = driver.spark_settings("kappa-1", "host", "spark://m:7077", executor_memory="768m", executor_cores=2)
        self.assertEqual((settings["spark.cores.max"], settings["spark.executor.cores"]), ("2", "2"))


if __name__ == "__main__":
    unittest.main()
